// The keys of the SMTP door.

import { addresses, namesByAddress, ports, ranges, rangesOrPath, rangesOrSwitch } from './endpoints.ts';
import { key, optionalKey } from './key.ts';
import { bool, count, countOrAuto, seconds, size } from './numbers.ts';
import { choice, hostName } from './texts.ts';

/** Rows of the SMTP door, in the order in which they are shown. */
export const SMTP_KEYS = {
  'smtp-ip': key({
    type: addresses(),
    default: '',
    without: 'all addresses',
    doc: 'Local addresses on which the SMTP ports are opened.',
    mailerq: 'smtp-ip, which takes one address',
  }),
  'smtp-port': key({
    type: ports(),
    default: '25',
    doc: 'Ports of the SMTP door. 0 or empty: none.',
    mailerq: 'smtp-port',
  }),
  'smtp-hostname': optionalKey({
    type: hostName(),
    without: 'the reverse DNS name of the local address, else the host name of the operating system',
    doc: 'The name under which the gateway greets. It also stands in Received headers and in the records.',
    mailerq: 'smtp-hostname',
  }),
  'mta-names': key({
    type: namesByAddress(),
    default: '',
    without: 'smtp-hostname for every address',
    doc: 'The greeting name for each local address; other addresses greet with smtp-hostname. Behind a proxy the ' +
      'local address is the one that its client reached.',
    mailerq: "the MTA names of MailerQ's console",
  }),
  'smtp-range': optionalKey({
    type: ranges(),
    aliases: ['smtp-ranges'],
    without: 'loopback only, or everybody once smtp-auth is set',
    doc: 'Who may connect to the SMTP door; everybody else gets 554 5.7.1. 0.0.0.0/0;::/0 lets everybody in.',
    mailerq: 'smtp-range (3.0: smtp-ranges); up to 5.13 everybody may connect while it is not set',
  }),
  'smtp-proxy': key({
    type: rangesOrSwitch(),
    default: '',
    without: 'nobody',
    doc:
      'Peers that are proxies: their connections begin with a PROXY protocol header, version 1 or 2, and are closed ' +
      'without a valid one. The addresses in it take the place of those of the connection, for everything but this ' +
      'key. Without smtp-auth, smtp-range has to be set, too: its default lets in nobody whom a header names.',
    mailerq: 'smtp-proxy (3.0: a switch, every peer is a proxy)',
  }),
  'smtp-validate-address': key({
    type: choice('strict', 'loose'),
    default: 'strict',
    doc: 'Which addresses pass, at every door. strict: what RFC 5321 and, with SMTPUTF8, RFC 6531 allow. loose: an @ ' +
      'with a valid domain behind the last one, anything but control characters before it.',
    mailerq: 'smtp-validate-address',
  }),
  'smtp-recipients': key({
    type: choice('envelope', 'headers'),
    default: 'envelope',
    doc: 'Where the recipients come from. envelope: RCPT TO. headers: the To, Cc and Bcc fields of the message, in ' +
      'trusted sessions; one RCPT is still needed and is ignored, every address has to be valid (else 550 5.1.3), and ' +
      'Bcc fields are taken out. Sessions that are not trusted keep the envelope.',
  }),
  'smtp-received': key({
    type: bool(),
    default: 'true',
    doc: 'Add a Received header to every message that comes in by SMTP. It never names recipients.',
  }),
  'smtp-line-endings': key({
    type: choice('reject', 'fix', 'allow'),
    default: 'reject',
    doc: 'What happens to content with a bare CR or LF. reject: refused with 554 5.6.0 (RFC 5321 section 2.3.8). ' +
      'fix: made CRLF. allow: left as it is.',
  }),
  'smtp-8bit': key({
    type: choice('base64', 'raw'),
    default: 'base64',
    doc: 'How content that is not valid UTF-8 goes into the JSON record. base64: encoded, with mime-encoding saying ' +
      "so. raw: the bytes as they are, as MailerQ's own library writes them; such a record is not valid UTF-8.",
  }),
  'smtp-maxsize': key({
    type: size(),
    default: '100MB',
    doc:
      'The largest message that is accepted. EHLO announces this or rabbitmq-max-message-size, whichever is smaller.',
    mailerq: 'smtp-maxsize',
  }),
  'smtp-max-recipients': key({
    type: count({ min: 0 }),
    default: '1000',
    doc: 'Recipients of one transaction; more get 452 4.5.3. 0: no limit.',
  }),
  'smtp-max-messages': key({
    type: count({ min: 0 }),
    default: '0',
    doc: 'Messages of one connection; it is closed with 421 4.7.0 after that. 0: no limit.',
  }),
  'smtp-connections': key({
    type: count({ min: 1 }),
    default: '1000',
    aliases: ['smtp-connections-in', 'max-connections'],
    doc: 'Simultaneous SMTP sessions. As many again are accepted and wait up to 60 seconds for their greeting, then ' +
      'get 421 4.3.2.',
    mailerq: 'smtp-connections-in; smtp-connections (before 4.0: max-connections) there counts deliveries, too',
  }),
  'smtp-connections-per-ip': key({
    type: count({ min: 0 }),
    default: '100',
    doc: 'Simultaneous connections of one client address; more get 421 4.7.0. 0: no limit.',
  }),
  'smtp-timeout': key({
    type: seconds({ zero: 'refused' }),
    default: '300',
    doc: 'Silence of a client after which its session is closed with 421 4.4.2.',
    mailerq: 'smtp-timeout',
  }),
  'smtp-data-timeout': key({
    type: seconds({ zero: 'refused' }),
    default: '600',
    doc: 'The longest time that the content of one message may take to arrive.',
  }),
  'smtp-greeting-delay': key({
    type: seconds({ zero: 'allowed' }),
    default: '0',
    doc: 'How long to wait before the greeting. A client that speaks before it gets 554 5.5.1 and is disconnected.',
  }),
  'smtp-threads': key({
    type: countOrAuto({ min: 1, max: 256 }),
    default: '1',
    aliases: ['max-threads'],
    doc:
      'Processes that share the ports, the HTTP door included; auto: one for each core. Limits hold for all of them ' +
      'together, rabbitmq-publishers for each. One process keeps about one core busy, and the broker and everything ' +
      'else on the host need theirs: more help from four cores on, and not on two.',
    mailerq: 'smtp-threads (before 4.0: max-threads), threads which there also deliver',
  }),
  'smtp-protection': key({
    type: bool(),
    default: 'true',
    doc: 'Refuse the addresses of smtp-blocklist.',
    mailerq: 'smtp-protection',
  }),
  'smtp-blocklist': optionalKey({
    type: rangesOrPath(),
    without: 'nobody',
    doc: 'Client addresses that get 554 5.7.1 at connect. A file holds one range a line, # starts a comment; it is ' +
      'read again when it changes, and the old list stays while the new one is faulty.',
    mailerq: "the list of blocked addresses in MailerQ's console",
  }),
  'dsn-advertise': key({
    type: bool(),
    default: 'true',
    doc: 'Offer DSN (RFC 3461): RET, ENVID, NOTIFY and ORCPT go into the record as dsn. Without it they get 555 5.5.4.',
    mailerq: 'dsn-advertise',
  }),
} as const;
