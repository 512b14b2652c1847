// The shape of a published record as a schema, from which docs/record.schema.json is made; the writer is record.ts.

import * as v from 'valibot';
import { outgoingProperties } from '../mail/outgoing-properties.ts';
import { reportSchema } from '../mail/report-schema.ts';

const text = v.string();
const texts = v.array(text);
const port = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65535));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

function described<const Schema extends v.GenericSchema>(schema: Schema, description: string) {
  return v.pipe(schema, v.description(description));
}

/** Names of which a record has exactly one: how the message came in. */
export const ORIGIN_NAMES = ['connection', 'http', 'cli'] as const;

const origin = {
  connection: described(
    v.object({
      'local-ip': text,
      'local-port': port,
      'remote-ip': text,
      'remote-port': port,
      secure: described(v.boolean(), 'Whether the session was encrypted'),
      user: v.optional(described(text, 'The authenticated user, when there was one')),
    }),
    'SMTP: the connection the message came in on, after PROXY substitution',
  ),
  http: described(
    v.object({
      authentication: described(text, 'Name of the token or user; empty when the door is open'),
      'remote-ip': text,
      'remote-port': port,
    }),
    'HTTP: the client that posted the message',
  ),
  cli: described(
    v.object({ command: text, arguments: texts, user: text }),
    'Command line: how the message was injected',
  ),
  helo: described(text, 'SMTP: the argument of HELO or EHLO'),
  tls: described(v.object({ version: text, cipher: text }), 'SMTP: the encryption of the session'),
};

const errors = ['temperror', 'permerror'] as const;
const dkimWords = ['none', 'pass', 'fail', 'policy', 'neutral', ...errors] as const;
const spamWords = ['pass', 'fail', 'none', 'temperror'] as const;

/** One element for each check that was made (smtp-check), one for each DKIM signature. */
const check = v.union([
  v.object({
    spf: v.picklist(['none', 'neutral', 'pass', 'fail', 'softfail', ...errors]),
    'smtp.mailfrom': v.optional(described(text, 'The sender that was checked')),
    'smtp.helo': v.optional(described(text, 'The name of the client, checked instead of the null sender')),
  }),
  v.object({
    dkim: described(v.picklist(dkimWords), 'none stands alone: there is no signature'),
    domain: v.optional(text),
    selector: v.optional(text),
    'header.i': v.optional(described(text, 'Identity of the signer')),
    'header.b': v.optional(described(text, 'First characters of the signature')),
  }),
  v.object({
    dmarc: v.picklist(['none', 'pass', 'fail', ...errors]),
    'header.from': v.optional(described(text, 'Address of the author')),
  }),
  v.object({ arc: v.picklist(['none', 'pass', 'fail', ...errors]) }),
  v.object({
    spam: v.object({
      result: described(v.picklist(spamWords), 'fail is spam, none was not scanned for its size'),
      score: v.optional(v.number()),
      threshold: v.optional(described(v.number(), 'From this score on it is spam')),
      symbols: v.optional(described(texts, 'Names of the rules that matched')),
    }),
  }),
]);

/** One record: a message for one recipient. Names that are not listed are custom properties of any type. */
export const recordSchema = v.pipe(
  v.looseObject({
    'message-id': described(v.pipe(text, v.regex(/^[0-9A-Z]{1,32}$/)), 'Unique id of this record; a retry keeps it'),
    received: described(
      v.pipe(text, v.regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/)),
      'When the message was received, in UTC',
    ),
    hostname: described(text, 'Name of the gateway towards the client'),
    envelope: v.optional(described(v.pipe(text, v.minLength(1)), 'MAIL FROM; absent for the null sender')),
    recipient: described(v.pipe(text, v.minLength(1)), 'RCPT TO'),
    mime: described(
      text,
      'The message with CRLF line ends: text, or base64 when mime-encoding says so. With smtp-8bit: raw, bytes that are ' +
        'not UTF-8 stand in the body as they are.',
    ),
    'mime-encoding': v.optional(described(v.literal('base64'), 'Absent when mime is the message as text')),
    size: described(count, 'Length of the decoded mime in bytes'),
    sha256: described(v.pipe(text, v.regex(/^[0-9a-f]{64}$/)), 'SHA-256 of the decoded mime, in hexadecimal'),
    ...v.partial(v.object(origin)).entries,
    refused: v.optional(
      described(
        v.object({ code: v.pipe(v.number(), v.integer(), v.minValue(400), v.maxValue(599)), text }),
        'Only in rabbitmq-refused: the reply that the client got instead of an acceptance',
      ),
    ),
    checks: v.optional(described(v.array(check), 'What the checks found out; a temperror may be known later')),
    report: v.optional(described(reportSchema, 'Only in rabbitmq-reports: what was read from the report')),
    // Passed through for the program that delivers the message.
    ...v.partial(v.object(outgoingProperties)).entries,
  }),
  v.title('mailchute record'),
  v.description(
    'The JSON body of one queued message: one record per recipient. Properties that are not listed here are passed ' +
      'through as they were given.',
  ),
);
