// The keys of the HTTP door.

import { addresses, ports, ranges } from './endpoints.ts';
import { key, optionalKey } from './key.ts';
import { bool, size } from './numbers.ts';
import { readablePath, words } from './texts.ts';

/** Rows of the HTTP door, in the order in which they are shown. */
export const HTTP_KEYS = {
  'http-ip': key({
    type: addresses(),
    default: '',
    aliases: ['www-ip'],
    without: 'all addresses',
    doc: 'Local addresses on which the HTTP ports are opened.',
    mailerq: 'www-ip, which takes one address',
  }),
  'http-port': key({
    type: ports(),
    default: '8485',
    aliases: ['www-port'],
    doc: 'Ports of the HTTP door. 0 or empty: none.',
    mailerq: 'www-port, the port of its management console and REST API',
  }),
  'http-range': optionalKey({
    type: ranges(),
    without: 'loopback only; everybody once http-auth or http-tokens is set',
    doc: 'Who may use the HTTP door; everybody else gets 403. 0.0.0.0/0;::/0 lets everybody in.',
  }),
  'http-maxsize': key({
    type: size(),
    default: '100MB',
    doc: 'The largest request body that is read; more gets 413.',
  }),
  'http-auth': optionalKey({
    type: words('URLs with blanks between them; docs/authentication.md has their forms'),
    without: 'nobody has to log in',
    aliases: ['www-auth'],
    repeatable: true,
    mask: () => '***',
    doc: 'Backends that know who may log in by HTTP Basic, as in smtp-auth. Once it is set, every message needs ' +
      'credentials.',
    mailerq: 'www-auth, for its management console',
  }),
  'http-tokens': optionalKey({
    type: readablePath(),
    without: 'there are no tokens',
    doc:
      'File of the tokens that programs show (Authorization: Bearer TOKEN), one a line: the name that goes into the ' +
      'record, a colon, and the SHA-256 of the token in hexadecimal; # begins a comment. It is read again when it ' +
      'changes; a faulty new content leaves the old one in use. Make a token with "openssl rand -hex 32", and its hash ' +
      'with "printf %s TOKEN | sha256sum". Once it is set, every message needs credentials.',
    mailerq: "the REST API tokens in MailerQ's console",
  }),
  'http-plaintext-auth': key({
    type: bool(),
    default: 'false',
    doc: 'Whether credentials are taken from other machines without TLS; such requests get 403 otherwise.',
  }),
} as const;
