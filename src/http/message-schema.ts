// The shape of the JSON message of POST /v1/messages: ours, and MailerQ's outgoing properties that pass into the record.

import { isIP } from 'node:net';
import * as v from 'valibot';
import { mailSchema } from './mail-schema.ts';

const TEXT = 'must be a string';
const LIST_OF_TEXT = 'must be an array of strings';

const text = v.string(TEXT);
const texts = v.array(text, LIST_OF_TEXT);
const textOrTexts = v.union([text, texts], 'must be a string or an array of strings');
const textOrNull = v.nullable(v.string('must be a string or null'));
// MailerQ's own samples write 1 where later pages write true.
const flag = v.union([v.boolean(), v.literal(0), v.literal(1)], 'must be true or false');
const object = v.looseObject({}, 'must be an object');
const fields = v.record(text, textOrTexts, 'must be an object of strings or arrays of strings');

function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(min, message), v.maxValue(max, message));
}

const count = wholeNumber(0, Number.MAX_SAFE_INTEGER);
const ipAddress = v.pipe(text, v.check((address) => isIP(address) !== 0, 'must be an IP address'));

/** MailerQ's outgoing properties, which the consumer of the queue acts on. */
const outgoing = {
  ips: v.array(ipAddress, 'must be an array of IP addresses'),
  pool: text,
  tags: texts,
  data: object,
  dsn: v.looseObject({
    notify: v.optional(text),
    ret: v.optional(text),
    orcpt: v.optional(text),
    envid: v.optional(text),
  }, 'must be an object'),
  queues: v.looseObject({
    results: v.optional(textOrNull),
    failure: v.optional(textOrNull),
    success: v.optional(textOrNull),
    retry: v.optional(textOrNull),
    dsn: v.optional(textOrNull),
  }, 'must be an object'),
  smarthost: v.looseObject({
    hostname: v.optional(text),
    port: v.optional(wholeNumber(1, 65535)),
    username: v.optional(text),
    password: v.optional(text),
  }, 'must be an object'),
  nextattempt: v.looseObject({ time: v.optional(text) }, 'must be an object'),
  maxdelivertime: text,
  maxattempts: count,
  retries: v.array(count, 'must be an array of whole numbers (seconds)'),
  inlinecss: flag,
  keepmime: flag,
  force: flag,
  priority: wholeNumber(0, 255), // AMQP 0-9-1: one octet
  security: v.picklist(
    ['optional', 'opportunistic', 'required', 'verified'],
    'must be optional, opportunistic, required or verified',
  ),
  dkim: v.union([object, v.array(object)], 'must be an object or an array of objects'),
  headers: v.looseObject({
    remove: v.optional(textOrTexts),
    prepend: v.optional(fields),
    append: v.optional(fields),
    add: v.optional(fields),
    replace: v.optional(fields),
    update: v.optional(fields),
  }, 'must be an object'),
};

/** The JSON message; names that are not listed are custom properties of any type. */
export const messageSchema = v.looseObject({
  envelope: v.optional(textOrNull),
  recipient: v.optional(text),
  recipients: v.optional(texts),
  mime: v.optional(v.pipe(v.string('must be a string: the whole message'), v.nonEmpty('must not be empty'))),
  message: v.optional(mailSchema),
  'mime-encoding': v.optional(v.literal('base64', 'must be "base64" or left out')),
  ...v.partial(v.object(outgoing)).entries,
}, 'must be an object');

/** Names that describe the message to the door and are not passed on as they are. */
export const ENVELOPE_NAMES: ReadonlySet<string> = new Set([
  'envelope',
  'recipient',
  'recipients',
  'mime',
  'mime-encoding',
  'message',
]);

const BY_GATEWAY = 'is set by the gateway';

/** Names that may not be given, with the reason; a caller's value for them could only be ignored. */
export const REFUSED_NAMES: { readonly [name: string]: string } = {
  'message-id': BY_GATEWAY,
  received: BY_GATEWAY,
  hostname: BY_GATEWAY,
  connection: BY_GATEWAY,
  http: BY_GATEWAY,
  cli: BY_GATEWAY,
  checks: BY_GATEWAY,
  refused: BY_GATEWAY,
  report: BY_GATEWAY,
  spam: BY_GATEWAY,
  helo: BY_GATEWAY,
  tls: BY_GATEWAY,
  size: BY_GATEWAY,
  sha256: BY_GATEWAY,
  key: 'a message store is not supported: send the message as mime',
};
