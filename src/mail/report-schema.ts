// The shape of `report` in a published record, as a schema; parse-report.ts and its neighbours fill it.

import * as v from 'valibot';

const text = v.string();
const time = v.pipe(v.string(), v.isoTimestamp());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const texts = v.array(text);

function described<const Schema extends v.GenericSchema>(schema: Schema, description: string) {
  return v.pipe(schema, v.description(description));
}

const truncated = v.optional(described(v.literal(true), 'Rows beyond the limit were left out'));
const range = described(v.object({ begin: time, end: time }), 'The time the report is about');

/** The message that a report gives back, as far as it does. */
export const returnedSchema = v.object({
  headers: described(text, 'Its header section as it was returned, cut after 64 KiB'),
  messageId: v.optional(text),
  subject: v.optional(text),
});

/** One recipient of a delivery report (RFC 3464 section 2.3). */
export const dsnRecipientSchema = v.object({
  originalRecipient: v.optional(text),
  finalRecipient: text,
  action: described(text, 'failed, delayed, delivered, relayed or expanded'),
  status: described(text, 'RFC 3463'),
  remoteMta: v.optional(text),
  diagnostic: v.optional(v.object({ type: text, text })),
  lastAttempt: v.optional(time),
  willRetryUntil: v.optional(time),
});

/** RFC 3464, RFC 6533. */
export const dsnSchema = v.object({
  type: v.literal('dsn'),
  reportingMta: described(text, 'Empty when the report does not name it'),
  receivedFromMta: v.optional(text),
  arrivalDate: v.optional(time),
  originalEnvelopeId: v.optional(text),
  recipients: v.array(dsnRecipientSchema),
  returned: v.optional(returnedSchema),
  truncated,
});

/** RFC 5965 with RFC 6590 and 6591. */
export const arfSchema = v.object({
  type: v.literal('arf'),
  feedbackType: described(text, 'abuse, fraud, not-spam, auth-failure, …'),
  userAgent: text,
  version: text,
  sourceIp: v.optional(text),
  originalMailFrom: v.optional(text),
  originalRcptTo: texts,
  arrivalDate: v.optional(time),
  reportedDomain: texts,
  messageId: v.optional(described(text, 'Of the message the feedback is about')),
  incidents: v.optional(count),
});

/** RFC 8098. */
export const mdnSchema = v.object({
  type: v.literal('mdn'),
  reportingUa: v.optional(text),
  originalRecipient: v.optional(text),
  finalRecipient: text,
  originalMessageId: v.optional(text),
  disposition: v.object({
    actionMode: text,
    sendingMode: text,
    type: described(text, 'displayed, dispatched, processed or deleted'),
    modifiers: texts,
  }),
});

const dkimResult = v.object({ domain: text, result: text, selector: v.optional(text) });
const spfResult = v.object({ domain: text, result: text, scope: v.optional(text) });

/** One row of a DMARC report. */
export const dmarcRowSchema = v.object({
  sourceIp: text,
  count,
  disposition: text,
  dkim: text,
  spf: text,
  headerFrom: text,
  envelopeFrom: v.optional(text),
  envelopeTo: v.optional(text),
  auth: v.object({ dkim: v.array(dkimResult), spf: v.array(spfResult) }),
});

/** RFC 7489 appendix C, RFC 9990. */
export const dmarcSchema = v.object({
  type: v.literal('dmarc'),
  organization: text,
  email: v.optional(text),
  reportId: text,
  range,
  policy: v.object({
    domain: text,
    adkim: v.optional(text),
    aspf: v.optional(text),
    p: v.optional(text),
    sp: v.optional(text),
    np: v.optional(text),
    pct: v.optional(text),
    fo: v.optional(text),
    testing: v.optional(text),
  }),
  rows: v.array(dmarcRowSchema),
  truncated,
});

/** One policy of a TLS report with its failures (RFC 8460 section 4.4). */
export const tlsRptPolicySchema = v.object({
  type: described(text, 'tlsa, sts or no-policy-found'),
  domain: text,
  mxHost: texts,
  successful: count,
  failed: count,
  failures: v.array(v.object({
    resultType: text,
    count,
    sendingMtaIp: v.optional(text),
    receivingMxHostname: v.optional(text),
    receivingMxHelo: v.optional(text),
    receivingIp: v.optional(text),
    additionalInformation: v.optional(text),
    failureReasonCode: v.optional(text),
  })),
});

/** RFC 8460. */
export const tlsRptSchema = v.object({
  type: v.literal('tls-rpt'),
  organization: text,
  contact: v.optional(text),
  reportId: text,
  range,
  policies: v.array(tlsRptPolicySchema),
  truncated,
});

/** A bounce or an automatic reply in its sender's own words. */
export const unstandardSchema = v.object({
  type: v.literal('unstandard'),
  class: described(v.picklist(['bounce', 'auto-reply']), 'What it is'),
  recipients: v.array(v.object({
    finalRecipient: text,
    status: v.optional(described(text, 'RFC 3463, where the text says it')),
    diagnostic: v.optional(v.object({ type: text, text })),
  })),
  inReplyTo: v.optional(text),
  returned: v.optional(returnedSchema),
});

/** A report of a recognised kind whose details could not be read. */
export const faultySchema = v.object({
  type: v.picklist(['dsn', 'arf', 'mdn', 'dmarc', 'tls-rpt', 'unstandard']),
  fault: described(text, 'Why the details are missing'),
});

/** What the record says about a report. */
export const reportSchema = v.union([
  faultySchema,
  dsnSchema,
  arfSchema,
  mdnSchema,
  dmarcSchema,
  tlsRptSchema,
  unstandardSchema,
]);

/** The shapes as types. */
export type Report = v.InferOutput<typeof reportSchema>;
export type Returned = v.InferOutput<typeof returnedSchema>;
export type DsnReport = v.InferOutput<typeof dsnSchema>;
export type DsnRecipient = v.InferOutput<typeof dsnRecipientSchema>;
export type ArfReport = v.InferOutput<typeof arfSchema>;
export type MdnReport = v.InferOutput<typeof mdnSchema>;
export type DmarcReport = v.InferOutput<typeof dmarcSchema>;
export type DmarcRow = v.InferOutput<typeof dmarcRowSchema>;
export type TlsRptReport = v.InferOutput<typeof tlsRptSchema>;
export type TlsRptPolicy = v.InferOutput<typeof tlsRptPolicySchema>;
export type UnstandardReport = v.InferOutput<typeof unstandardSchema>;
