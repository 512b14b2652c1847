// Turns a parsed request into the envelope and content that the pipeline gets: every address judged, none left out.

import { toMailboxKey } from '../mail/address.ts';
import type { Envelope, Recipient } from '../mail/envelope.ts';
import { type HeaderAddress, MAX_ADDRESS_FIELDS, readHeaderAddresses } from '../mail/header-addresses.ts';
import { splitHeaderSection } from '../mail/header-section.ts';
import type { Pipeline } from '../pipeline/ingest.ts';
import { MAX_ERRORS } from './json-values.ts';
import type { GivenAddress, MessageRequest } from './message-request.ts';
import { failure, type FieldError, type Problem, type Result } from './problem.ts';

/** What judges and bounds an envelope. */
export interface EnvelopeRules {
  readonly pipeline: Pick<Pipeline, 'checkSender' | 'checkRecipient'>;
  /** 0 is no limit. */
  readonly maxRecipients: number;
}

/** A message that is ready for the pipeline. */
export interface ResolvedMessage {
  readonly envelope: Envelope;
  readonly content: Uint8Array[];
}

// RFC 6531 characters need no negotiation over HTTP: whoever consumes the queue gets JSON.
const OPTIONS = { smtputf8: true };

/** Fills in what the request left to the header section, then checks; one bad address refuses the message. */
export function resolveEnvelope(request: MessageRequest, rules: EnvelopeRules): Result<ResolvedMessage> {
  const { sender, recipients, content } = request;
  const needsHeader = sender === undefined || recipients === undefined;
  const fromHeader = needsHeader ? readHeader(content) : undefined;
  if (needsHeader && fromHeader === undefined) {
    return failure(invalid([], `The address fields of the header section exceed ${MAX_ADDRESS_FIELDS} bytes.`));
  }
  const given = recipients ?? fromHeader?.recipients ?? [];
  if (rules.maxRecipients > 0 && given.length > rules.maxRecipients) {
    return failure({
      code: 'too-many-recipients',
      detail: `A message takes at most ${rules.maxRecipients} recipients.`,
    });
  }
  const errors: FieldError[] = [];
  const mailFrom = toMailFrom(sender === undefined ? fromHeader?.senders ?? [] : [sender], { rules, errors });
  const rcptTo = toRcptTo(given, { rules, errors });
  checkNamed(request, { rules, errors });
  if (errors.length > 0) return failure(invalid(errors));
  return { ok: true, value: { envelope: { mailFrom, rcptTo }, content: toContent(request, fromHeader) } };
}

/** What the header section says about the envelope. */
interface HeaderEnvelope {
  readonly senders: readonly GivenAddress[];
  readonly recipients: readonly GivenAddress[];
  /** The content without its Bcc fields. */
  withoutBcc(): Uint8Array[];
}

function readHeader(content: readonly Uint8Array[]): HeaderEnvelope | undefined {
  const { header, body } = splitHeaderSection(content);
  const found = readHeaderAddresses(header);
  return found && {
    senders: found.senders.map(toGivenAddress),
    recipients: found.recipients.map(toGivenAddress),
    withoutBcc: () => [found.withoutBcc(), ...body],
  };
}

function toGivenAddress({ text, field }: HeaderAddress): GivenAddress {
  return { text, place: { field } };
}

interface Judgement {
  readonly rules: EnvelopeRules;
  readonly errors: FieldError[];
}

function invalid(errors: readonly FieldError[], detail = 'The envelope is not valid.'): Problem {
  return { code: 'invalid-message', detail, errors: errors.slice(0, MAX_ERRORS) };
}

/** The first valid candidate counts (MailerQ: mime-headers); the null sender must be asked for, never guessed. */
function toMailFrom(candidates: readonly GivenAddress[], { rules, errors }: Judgement): string {
  let first: FieldError | undefined;
  for (const { text, place } of candidates) {
    const isNull = text === '<>' || text === '';
    if (isNull && !('field' in place)) return '';
    const parsed = rules.pipeline.checkSender(text, OPTIONS);
    if (parsed.ok && !isNull) return parsed.address;
    first ??= { ...place, detail: parsed.ok ? 'the address is empty' : parsed.fault };
  }
  errors.push(first ?? { pointer: '/envelope', detail: 'is missing, and the header section has no From or Sender' });
  return '';
}

/** Two spellings of one mailbox are one recipient, the first one: To and Cc may well name the same. */
function toRcptTo(given: readonly GivenAddress[], { rules, errors }: Judgement): Recipient[] {
  const addresses = new Map<string, string>();
  for (const { text, place } of given) {
    const parsed = rules.pipeline.checkRecipient(text, OPTIONS);
    if (!parsed.ok) {
      errors.push({ ...place, detail: parsed.fault });
      continue;
    }
    const key = toMailboxKey(parsed.address);
    if (!addresses.has(key)) addresses.set(key, parsed.address);
  }
  if (given.length === 0) {
    errors.push({ pointer: '/recipients', detail: 'are missing, and the header section has no To, Cc or Bcc' });
  }
  return [...addresses.values()].map((address) => ({ address }));
}

/** What stands in a header section that the gateway composes is as valid as an envelope is. */
function checkNamed({ named = [], sender, recipients = [] }: MessageRequest, { rules, errors }: Judgement): void {
  const judged = new Set([sender, ...recipients]);
  for (const each of named) {
    if (judged.has(each)) continue;
    const parsed = each.text === '' ? undefined : rules.pipeline.checkSender(each.text, OPTIONS);
    if (parsed?.ok !== true) errors.push({ ...each.place, detail: parsed?.fault ?? 'the address is empty' });
  }
}

/** Bcc goes when it was read as recipients, as with sendmail -t: its whole point is that the others do not see it. */
function toContent(
  { recipients, content }: MessageRequest,
  fromHeader: HeaderEnvelope | undefined,
): Uint8Array[] {
  return recipients === undefined && fromHeader !== undefined ? fromHeader.withoutBcc() : content;
}
