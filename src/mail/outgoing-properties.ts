// MailerQ's outgoing properties, for the program that delivers the message: what callers may give and records may have.

import * as v from 'valibot';

const AN_OBJECT = 'must be an object';

const text = v.string('must be a string');
const texts = v.array(text, 'must be an array of strings');
const textOrTexts = v.union([text, texts], 'must be a string or an array of strings');
const textOrNull = v.nullable(v.string('must be a string or null'));
// MailerQ's own samples write 1 where later pages write true.
const flag = v.union([v.boolean(), v.literal(0), v.literal(1)], 'must be true or false');
const object = v.looseObject({}, AN_OBJECT);
const fields = v.record(text, textOrTexts, 'must be an object of strings or arrays of strings');

function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(min, message), v.maxValue(max, message));
}

const count = wholeNumber(0, Number.MAX_SAFE_INTEGER);

/** By name (MailerQ 5.13, JSON messages); the messages are fit for an answer to the caller. */
export const outgoingProperties = {
  ips: texts,
  pool: text,
  tags: texts,
  data: object,
  dsn: v.pipe(
    v.looseObject({
      notify: v.optional(text),
      ret: v.optional(text),
      orcpt: v.optional(text),
      envid: v.optional(text),
    }, AN_OBJECT),
    v.description('Delivery status notification wishes (RFC 3461), verbatim'),
  ),
  queues: v.looseObject({
    results: v.optional(textOrNull),
    failure: v.optional(textOrNull),
    success: v.optional(textOrNull),
    retry: v.optional(textOrNull),
    dsn: v.optional(textOrNull),
  }, AN_OBJECT),
  smarthost: v.looseObject({
    hostname: v.optional(text),
    port: v.optional(wholeNumber(1, 65535)),
    username: v.optional(text),
    password: v.optional(text),
  }, AN_OBJECT),
  nextattempt: v.looseObject({ time: v.optional(text) }, AN_OBJECT),
  maxdelivertime: text,
  maxattempts: count,
  retries: v.array(count, 'must be an array of whole numbers (seconds)'),
  inlinecss: flag,
  keepmime: flag,
  force: flag,
  // AMQP 0-9-1: one octet.
  priority: v.pipe(wholeNumber(0, 255), v.description('Also the AMQP priority of the record')),
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
  }, AN_OBJECT),
};
