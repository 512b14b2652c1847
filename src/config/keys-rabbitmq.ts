// The keys of the way to RabbitMQ.

import { brokerAddresses } from './broker-addresses.ts';
import { key, optionalKey } from './key.ts';
import { maskPasswords } from './mask-passwords.ts';
import { bool, count, countOrNone, seconds, size } from './numbers.ts';
import { choice, exchangeName, queueName, readablePath } from './texts.ts';

/** Rows of the way to RabbitMQ, in the order in which they are shown. */
export const RABBITMQ_KEYS = {
  'rabbitmq-address': optionalKey({
    type: brokerAddresses(),
    mask: maskPasswords,
    without: 'no broker: messages go to the embedded queue',
    doc: 'Addresses of the broker or of the nodes of its cluster, tried in order; amqps:// is AMQP over TLS.',
    mailerq: 'rabbitmq-address, whose default is amqp://guest:guest@localhost/',
  }),
  'rabbitmq-verify': key({
    type: bool(),
    default: 'true',
    doc: "Check the broker's certificate (amqps:// only).",
    mailerq: 'rabbitmq-verify',
  }),
  'rabbitmq-ca': optionalKey({
    type: readablePath(),
    without: "the runtime's own certificate authorities",
    doc: "PEM file with the certificate authorities that may have signed the broker's certificate.",
  }),
  'rabbitmq-inbox': key({
    type: queueName(),
    default: 'inbox',
    fallback: ['rabbitmq-outbox', 'rabbitmq-queue'],
    refusesEmpty: 'must not be empty: nothing that was accepted is thrown away',
    doc: 'The queue for accepted mail, in RabbitMQ or in the embedded queue. While it is not given, the name in ' +
      'rabbitmq-outbox (or rabbitmq-queue) is taken.',
    mailerq: 'rabbitmq-inbox; its default is the outbox, and empty discards the mail',
  }),
  'rabbitmq-local': optionalKey({
    type: queueName(),
    without: 'rabbitmq-inbox',
    doc: 'The queue for accepted mail to local-addresses.',
    mailerq: 'rabbitmq-local',
  }),
  'rabbitmq-primary': optionalKey({
    type: queueName(),
    without: 'rabbitmq-inbox',
    doc:
      'The queue for urgent mail, in place of the inbox: what has X-Priority: 0 and comes by /v1/mail/send or, with ' +
      'smtp-recipients: headers, by a trusted SMTP session. Local addresses and reports keep their queues.',
  }),
  'rabbitmq-reports': optionalKey({
    type: queueName(),
    without: 'reports are ordinary mail',
    doc:
      'The queue for reports: bounces (DSN), complaints (ARF), read receipts (MDN), DMARC and TLS reports, and what ' +
      'is clearly one of them without a standard form. The record has what was read from it as report.',
    mailerq: 'rabbitmq-reports',
  }),
  'rabbitmq-refused': optionalKey({
    type: queueName(),
    without: 'refused mail is not stored',
    doc: 'The queue for mail that is refused for lack of authentication. The client is told 550 5.7.1 after its ' +
      'message. The queue holds the latest 10,000 records and 1 GB; what is older is dropped, since nothing in it was ' +
      'accepted.',
    mailerq: 'rabbitmq-refused',
  }),
  'refused-maxsize': key({
    type: size(),
    default: '1MB',
    doc: 'The largest refused message that is stored in rabbitmq-refused; a larger one is refused all the same.',
  }),
  'rabbitmq-exchange': optionalKey({
    type: exchangeName(),
    without: 'the default exchange',
    doc: 'The exchange to which records are published; the routing key is the name of the queue.',
    mailerq: 'rabbitmq-exchange; in 3.0 and since 5.15 its default is mailerq',
  }),
  'rabbitmq-declare': key({
    type: bool(),
    default: 'true',
    doc: 'Declare queues and the exchange that do not exist yet. What exists is used as it is.',
    mailerq: 'rabbitmq-declare',
  }),
  'rabbitmq-durable': key({
    type: bool(),
    default: 'true',
    doc: 'Declare queues and the exchange as durable. Without, a restart of the broker removes them with all mail.',
    mailerq: 'rabbitmq-durable',
  }),
  'rabbitmq-persistent': key({
    type: bool(),
    default: 'true',
    doc: 'Have the broker write every record to disk before it confirms it. Without, accepted mail is lost when the ' +
      'broker restarts.',
    mailerq: 'rabbitmq-persistent, whose default is false',
  }),
  'rabbitmq-queue-type': key({
    type: choice('quorum', 'classic', 'lazy'),
    default: 'quorum',
    doc: 'The type of queues that do not exist yet. While it is not given, rabbitmq-lazy: true makes it lazy, and ' +
      'rabbitmq-maxpriority or rabbitmq-durable: false make it classic, since quorum queues have neither.',
  }),
  'rabbitmq-lazy': key({
    type: bool(),
    default: 'false',
    doc: 'Declare classic queues that keep their messages on disk (x-queue-mode: lazy).',
    mailerq: 'rabbitmq-lazy',
  }),
  'rabbitmq-maxpriority': optionalKey({
    type: countOrNone({ max: 255 }),
    without: 'queues without priorities',
    doc: 'The highest priority in queues that do not exist yet (x-max-priority). The priority of a record is the ' +
      'priority in its JSON.',
    mailerq: 'rabbitmq-maxpriority',
  }),
  'rabbitmq-encoding': optionalKey({
    type: choice('gzip'),
    without: 'records are not compressed',
    doc: 'Compress the records; content-encoding says so.',
    mailerq: 'rabbitmq-encoding',
  }),
  'rabbitmq-throttle': key({
    type: count({ min: 1 }),
    default: '1000',
    doc: 'Records that may await their confirm at the same time; more wait for a place.',
    mailerq: 'rabbitmq-throttle, whose default is 100',
  }),
  'rabbitmq-publishers': key({
    type: count({ min: 1, max: 256 }),
    default: '1',
    doc: 'Connections to the broker.',
    mailerq: 'rabbitmq-publishers',
  }),
  'rabbitmq-timeout': key({
    type: seconds({ zero: 'refused' }),
    default: '30',
    doc: 'How long the confirm of a record may take after it was written; then the message is deferred (451 4.3.0).',
  }),
  'rabbitmq-max-message-size': key({
    type: size(),
    default: '16MB',
    doc: "The broker's own limit for one record (max_message_size). A larger one is refused before it is published, " +
      'because the broker would close the channel over it.',
  }),
} as const;
