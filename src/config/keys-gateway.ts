// The keys of the embedded queue, the log and the process.

import { key, optionalKey } from './key.ts';
import { count, seconds, size } from './numbers.ts';
import { choice, logTargets, path } from './texts.ts';

/** Highest server-id: two base-36 digits of a message id are reserved for it. */
const HIGHEST_SERVER_ID = 1023;

/** Rows of the gateway itself, in the order in which they are shown. */
export const GATEWAY_KEYS = {
  'queue-path': key({
    type: path(),
    default: './mailchute.db',
    doc:
      'The file of the embedded queue, on a local file system. One gateway for each file. With RabbitMQ, idempotency keys ' +
      'are kept in this path with .keys behind it, which several gateways may share.',
  }),
  'spool': key({
    type: choice('off', 'on'),
    default: 'off',
    doc: 'Whether mail is accepted while RabbitMQ is unreachable or blocks: it is then written to the file in ' +
      'queue-path, synced before the reply, and published in order when RabbitMQ is back. off: it is deferred ' +
      '(451 4.3.0).',
  }),
  'spool-maxsize': key({
    type: size(),
    default: '1GB',
    doc: 'How much the records in the spool may take in the file; beyond it mail is deferred (452 4.3.1).',
  }),
  'received-log-file': optionalKey({
    type: path(),
    without: 'no received log',
    doc: 'One JSON line for each record that is put into a queue, accepted or refused. SIGHUP opens the file again.',
    mailerq: 'received-log-file, where received-log-format says what a line is, and SMTP alone is logged',
  }),
  'memory-limit': key({
    type: size(),
    default: '256MB',
    doc:
      'How much memory messages may take while they are read, encoded and stored, over all sessions, both doors and ' +
      'all workers; the program itself needs up to 256MB more. What finds no room is put off: 452 4.3.1 at MAIL or DATA, ' +
      '503 over HTTP. A message that needs more than three quarters of it is charged no more than those.',
  }),
  'application-log': key({
    type: logTargets(),
    default: 'stderr',
    doc: 'Where events are logged. SIGHUP opens files again.',
    mailerq: 'application-log, which also knows syslog and is off while it is not set',
  }),
  'log-format': optionalKey({
    type: choice('json', 'text'),
    without: 'text on a terminal, json elsewhere',
    doc: 'One JSON object or one readable line for each event. NO_COLOR and FORCE_COLOR are respected.',
  }),
  'server-id': key({
    type: count({ min: 0, max: HIGHEST_SERVER_ID }),
    default: '0',
    doc: 'A number that goes into message ids and tells gateways apart. Ids are unique even when it is equal.',
    mailerq: 'server-id',
  }),
  'drain-timeout': key({
    type: seconds({ zero: 'allowed' }),
    default: '30',
    doc: 'How long transactions in flight may go on after SIGTERM or SIGINT.',
  }),
} as const;
