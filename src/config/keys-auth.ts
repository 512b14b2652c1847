// The keys of who may write to whom by SMTP: authentication, and the addresses that need none.

import { optionalKey } from './key.ts';
import { readablePath, text, words } from './texts.ts';

const MASK = () => '***';

/** Rows of authentication, in the order in which they are shown. */
export const AUTH_KEYS = {
  'smtp-auth': optionalKey({
    type: words('URLs with blanks between them; docs/authentication.md has their forms'),
    without: 'nobody has to log in',
    repeatable: true,
    mask: MASK,
    doc: 'Backends that know who may log in (AUTH PLAIN and LOGIN, inside TLS only), asked in this order: ' +
      'hardcoded://, file://, ldap://, ldaps://, radius://, users://, http://, https://, exec://. May be given several ' +
      'times. Once it is set, everybody may connect (unless smtp-range says otherwise), but who has not logged in may ' +
      'write to local-addresses only.',
    mailerq: 'smtp-auth',
  }),
  'smtp-username': optionalKey({
    type: text('a user name'),
    without: 'no such user',
    doc: 'One more user who may log in, with smtp-password, after the backends of smtp-auth.',
    mailerq: 'smtp-username (up to 5.11)',
  }),
  'smtp-password': optionalKey({
    type: text('a password'),
    without: 'no such user',
    mask: MASK,
    doc: 'The password of smtp-username, verbatim to the end of the line.',
    mailerq: 'smtp-password (up to 5.11)',
  }),
  'local-addresses': optionalKey({
    type: readablePath(),
    without: 'no address is local',
    doc:
      'File of the addresses that anybody may write to, one a line: exact ADDRESS, substr TEXT, fnmatch PATTERN or ' +
      'regex EXPRESSION; upper and lower case are the same. It is read again when it changes; a faulty new content ' +
      'leaves the old one in use. Mail for them goes to rabbitmq-local.',
    mailerq: "the list of local addresses in MailerQ's console",
  }),
} as const;
