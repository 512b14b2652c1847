// The keys of what happens to a message: extraction and the addresses from which it may be delivered.

import { addresses, ranges } from './endpoints.ts';
import { key, optionalKey } from './key.ts';
import { bool } from './numbers.ts';
import { choice } from './texts.ts';

/** Rows of message handling, in the order in which they are shown. */
export const MESSAGE_KEYS = {
  'smtp-extract': key({
    type: bool(),
    default: 'true',
    doc: 'Take x-mq-* headers out of the message and make them properties of the record, in trusted sessions: ' +
      'authenticated ones, or, where no authentication is configured, those inside the range. Mail from others keeps them.',
    mailerq: 'smtp-extract, which takes them from everybody',
  }),
  'smtp-reports': key({
    type: choice('local', 'all'),
    default: 'local',
    doc:
      'Which messages are examined for being reports, where rabbitmq-reports is set. local: those for addresses in ' +
      'local-addresses. all: every message, and reports are then accepted from everybody who may connect.',
    mailerq: 'none; up to 3.0 MailerQ examines all messages, since 4.0 the local ones',
  }),
  'smtp-mappable-ips': optionalKey({
    type: ranges(),
    without: 'every address',
    doc: 'Local addresses that a message is delivered from when it came in on them; they become the property ips. ' +
      'Loopback addresses never do. Behind a proxy the address in the PROXY header counts.',
    mailerq: 'smtp-mappable-ips',
  }),
  'smtp-unmappable-ips': optionalKey({
    type: ranges(),
    without: 'none',
    doc: 'Exceptions from smtp-mappable-ips. 0.0.0.0/0;::/0 switches the mapping off.',
    mailerq: 'smtp-unmappable-ips',
  }),
  'smtp-default-ips': key({
    type: addresses(),
    default: '',
    without: 'no ips: the sender chooses',
    aliases: ['smtp-defaultips', 'smtp-defaultip'],
    doc: 'The property ips of messages that came in on an address that is not mappable, and name none themselves.',
    mailerq: 'smtp-default-ips (4.1: smtp-defaultip), which the sender applies',
  }),
} as const;
