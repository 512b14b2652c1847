// The keys of the checks: which are made, who is told in the message, and whom they ask.

import { key, optionalKey } from './key.ts';
import { nameServers } from './name-servers.ts';
import { count, seconds } from './numbers.ts';
import { choices, hostOrAddress } from './texts.ts';

const HIGHEST_PORT = 65535;
const MOST_ATTEMPTS = 10;

/** Rows of the checks, in the order in which they are shown. */
export const CHECK_KEYS = {
  'smtp-check': key({
    type: choices('spf', 'dkim', 'dmarc', 'arc', 'spam'),
    default: '',
    without: 'none',
    doc:
      'Which checks are made. Their results go into the record, none of them refuses a message. What the DNS or spamd ' +
      'could not answer is a temperror. Messages that no mail client hands in (HTTP, inject) get no spf and no dmarc.',
    mailerq: 'smtp-check, without arc',
  }),
  'smtp-auth-results': key({
    type: choices('local', 'nonlocal'),
    default: '',
    without: 'nobody',
    doc:
      'For whose copies the results also go into the message, as an Authentication-Results header (RFC 8601) on top; ' +
      'headers that claim to be from this gateway are removed from these copies. local: addresses in local-addresses, ' +
      'nonlocal: the others.',
    mailerq: 'smtp-auth-results',
  }),
  'spamassassin-host': key({
    type: hostOrAddress(),
    default: 'localhost',
    doc: 'Where the spamd of SpamAssassin listens, for the check spam.',
    mailerq: 'spamassassin-host',
  }),
  'spamassassin-port': key({
    type: count({ min: 1, max: HIGHEST_PORT }),
    default: '783',
    doc: 'The port of spamd.',
    mailerq: 'spamassassin-port',
  }),
  'spamassassin-timeout': key({
    type: seconds({ zero: 'refused' }),
    default: '10',
    doc: 'How long spamd may take for a message. Messages of more than 500 KB are not scanned: their result is none.',
  }),
  'dns-nameserver': optionalKey({
    type: nameServers(),
    without: 'those of the operating system',
    doc: 'The recursive name servers that the checks ask, in this order.',
    mailerq: 'dns-nameserver',
  }),
  'dns-timeout': key({
    type: seconds({ zero: 'refused' }),
    default: '5',
    doc: 'How long one name server may take for one question.',
    mailerq: 'dns-timeout (60 after the last attempt; 3.0: in milliseconds)',
  }),
  'dns-attempts': key({
    type: count({ min: 1, max: MOST_ATTEMPTS }),
    default: '2',
    doc: 'How often each name server is asked before a look-up has failed.',
    mailerq: 'dns-attempts, 5 there',
  }),
} as const;
