// The shape of `report` in a published record, as a schema; parse-report.ts and its neighbours fill it.

import * as v from 'valibot';

// Properties have the names that the fields of the report have, in the record's own spelling: lower case and hyphens.

const text = v.string();
const time = v.pipe(v.string(), v.isoTimestamp(), v.description('RFC 3339, UTC'));
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
  'message-id': v.optional(described(text, 'Its Message-ID field')),
  subject: v.optional(described(text, 'Its subject, decoded')),
});

const diagnostic = v.object({
  type: described(text, 'smtp, or whose words it is'),
  text,
});

/** One recipient of a delivery report (RFC 3464 section 2.3). */
export const dsnRecipientSchema = v.object({
  'original-recipient': v.optional(described(text, 'As the sender of the message named it')),
  'final-recipient': described(text, 'As the server that reports named it'),
  action: described(text, 'failed, delayed, delivered, relayed or expanded'),
  status: described(text, 'RFC 3463'),
  'remote-mta': v.optional(described(text, 'The server that refused or accepted it')),
  diagnostic: v.optional(described(diagnostic, 'What the remote server said')),
  'last-attempt-date': v.optional(time),
  'will-retry-until': v.optional(time),
});

/** RFC 3464, RFC 6533. */
export const dsnSchema = v.object({
  type: v.literal('dsn'),
  'reporting-mta': described(text, 'Empty when the report does not name it'),
  'received-from-mta': v.optional(described(text, 'The server that handed the message in')),
  'arrival-date': v.optional(time),
  'original-envelope-id': v.optional(described(text, 'ENVID of the message (RFC 3461), verbatim')),
  recipients: v.array(dsnRecipientSchema),
  returned: v.optional(described(returnedSchema, 'The message that came back, as far as it did')),
  truncated,
});

/** RFC 5965 with RFC 6590 and 6591. */
export const arfSchema = v.object({
  type: v.literal('arf'),
  'feedback-type': described(text, 'abuse, fraud, not-spam, auth-failure, …'),
  'user-agent': text,
  version: text,
  'source-ip': v.optional(described(text, 'The host the message came from')),
  'original-mail-from': v.optional(described(text, 'Its envelope sender')),
  'original-rcpt-to': described(texts, 'Its recipients, as far as they are not withheld'),
  'arrival-date': v.optional(time),
  'reported-domain': described(texts, 'Domains that the feedback is about'),
  'message-id': v.optional(described(text, 'Of the message the feedback is about')),
  incidents: v.optional(described(count, 'Messages that this report stands for')),
});

/** RFC 8098. */
export const mdnSchema = v.object({
  type: v.literal('mdn'),
  'reporting-ua': v.optional(text),
  'original-recipient': v.optional(described(text, 'As the sender of the message named it')),
  'final-recipient': described(text, 'The mailbox that reports'),
  'original-message-id': v.optional(described(text, 'Of the message the notification is about')),
  disposition: v.object({
    'action-mode': described(text, 'manual-action or automatic-action'),
    'sending-mode': described(text, 'mdn-sent-manually or mdn-sent-automatically'),
    type: described(text, 'displayed, dispatched, processed or deleted'),
    modifiers: texts,
  }),
});

const dkimResult = v.object({ domain: text, result: text, selector: v.optional(text) });
const spfResult = v.object({ domain: text, result: text, scope: v.optional(described(text, 'mfrom or helo')) });

/** One row of a DMARC report. */
export const dmarcRowSchema = v.object({
  'source-ip': text,
  count: described(count, 'Messages that this row stands for'),
  disposition: described(text, 'What was done with them: none, pass, quarantine or reject'),
  dkim: described(text, 'Whether DKIM passed with an aligned domain'),
  spf: described(text, 'Whether SPF passed with an aligned domain'),
  'header-from': text,
  'envelope-from': v.optional(text),
  'envelope-to': v.optional(text),
  auth: described(v.object({ dkim: v.array(dkimResult), spf: v.array(spfResult) }), 'What was checked, aligned or not'),
});

/** RFC 7489 appendix C, RFC 9990. */
export const dmarcSchema = v.object({
  type: v.literal('dmarc'),
  organization: described(text, 'Who reports'),
  email: v.optional(text),
  'report-id': text,
  range,
  policy: described(
    v.object({
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
    'The policy as the reporter found it in the DNS',
  ),
  rows: v.array(dmarcRowSchema),
  truncated,
});

/** One policy of a TLS report with its failures (RFC 8460 section 4.4). */
export const tlsRptPolicySchema = v.object({
  type: described(text, 'tlsa, sts or no-policy-found'),
  domain: text,
  'mx-host': described(texts, 'Hosts that the policy names'),
  successful: described(count, 'Sessions'),
  failed: described(count, 'Sessions'),
  failures: v.array(v.object({
    'result-type': described(text, 'RFC 8460 section 4.3'),
    count,
    'sending-mta-ip': v.optional(text),
    'receiving-mx-hostname': v.optional(text),
    'receiving-mx-helo': v.optional(text),
    'receiving-ip': v.optional(text),
    'additional-information': v.optional(text),
    'failure-reason-code': v.optional(text),
  })),
});

/** RFC 8460. */
export const tlsRptSchema = v.object({
  type: v.literal('tls-rpt'),
  organization: described(text, 'Who reports'),
  contact: v.optional(text),
  'report-id': text,
  range,
  policies: v.array(tlsRptPolicySchema),
  truncated,
});

/** A bounce or an automatic reply in its sender's own words. */
export const unstandardSchema = v.object({
  type: v.literal('unstandard'),
  class: described(v.picklist(['bounce', 'auto-reply']), 'What it is'),
  recipients: v.array(v.object({
    'final-recipient': text,
    status: v.optional(described(text, 'RFC 3463, where the text says it')),
    diagnostic: v.optional(diagnostic),
  })),
  'in-reply-to': v.optional(described(text, 'Message-ID of what it answers')),
  returned: v.optional(described(returnedSchema, 'The message that came back, as far as it did')),
});

/** A report of a recognised kind whose details could not be read. */
export const faultySchema = v.object({
  type: v.picklist(['dsn', 'arf', 'mdn', 'dmarc', 'tls-rpt', 'unstandard']),
  fault: described(text, 'Why the details are missing'),
});

/** What the record says about a report. */
export const reportSchema = v.union([
  described(faultySchema, 'A report of a recognised kind whose details could not be read'),
  described(dsnSchema, 'Delivery status notification (RFC 3464, RFC 6533)'),
  described(arfSchema, 'Feedback (RFC 5965, RFC 6591)'),
  described(mdnSchema, 'Message disposition notification (RFC 8098)'),
  described(dmarcSchema, 'DMARC aggregate report (RFC 7489 appendix C, RFC 9990)'),
  described(tlsRptSchema, 'SMTP TLS report (RFC 8460)'),
  described(unstandardSchema, "A bounce or an automatic reply in its sender's own words"),
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
