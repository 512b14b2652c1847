// The message/rfc822 form of POST /v1/messages: the body is the message, the envelope stands in the query or in headers.

import type { GivenAddress, MessageRequest } from './message-request.ts';
import { failure, type ProblemCode, type Result } from './problem.ts';

/** Where the envelope of a raw message may stand. */
export interface EnvelopeSource {
  /** The part of the request target after `?`, still encoded. */
  readonly query: string;
  header(name: string): string | undefined;
}

const SENDER_HEADER = 'X-Envelope-From';
const RECIPIENT_HEADER = 'X-Envelope-To';

/** The headers that may hold the envelope of a raw message, and of no other. */
export const ENVELOPE_HEADERS: readonly string[] = [SENDER_HEADER, RECIPIENT_HEADER];

/** Reads the envelope; what is left out is taken from the header section later. */
export function parseRawMessage(content: Uint8Array[], source: EnvelopeSource): Result<MessageRequest> {
  const query = parseQuery(source.query);
  if (!query.ok) return query;
  const headers = parseHeaders(source);
  if (!headers.ok) return headers;
  if (isGiven(query.value) && isGiven(headers.value)) {
    return fault('ambiguous-envelope', 'The envelope stands in the query and in headers.');
  }
  return { ok: true, value: { ...query.value, ...headers.value, content } };
}

type GivenEnvelope = Pick<MessageRequest, 'sender' | 'recipients'>;

function isGiven({ sender, recipients }: GivenEnvelope): boolean {
  return sender !== undefined || recipients !== undefined;
}

function fault(code: ProblemCode, detail: string): Result<never> {
  return failure({ code, detail });
}

/**
 * RFC 3986 decoding: a plus sign is a plus sign, as in user+tag@example.com, not the space that HTML forms make of it.
 * A name that is not known is refused: a misspelt `recipient` would send the message to whom its header section names.
 */
function parseQuery(query: string): Result<GivenEnvelope> {
  const senders: GivenAddress[] = [];
  const recipients: GivenAddress[] = [];
  for (const pair of query.split('&').filter((each) => each !== '')) {
    const [name = '', ...rest] = pair.split('=');
    const text = decodeComponent(rest.join('='));
    if (text === undefined) return fault('malformed-parameter', 'The query is not percent-encoded UTF-8.');
    if (name === 'envelope') senders.push({ text, place: { parameter: name } });
    else if (name === 'recipient') recipients.push({ text, place: { parameter: name } });
    else return fault('unexpected-parameter', 'The query takes envelope and recipient only.');
  }
  return toEnvelope(senders, recipients);
}

function decodeComponent(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function parseHeaders(source: EnvelopeSource): Result<GivenEnvelope> {
  const senders = parseHeader(SENDER_HEADER, source);
  const recipients = parseHeader(RECIPIENT_HEADER, source);
  if (senders === undefined || recipients === undefined) {
    return fault('malformed-parameter', 'The envelope headers are not UTF-8.');
  }
  return toEnvelope(senders, recipients);
}

function parseHeader(name: string, source: EnvelopeSource): GivenAddress[] | undefined {
  const raw = source.header(name);
  if (raw === undefined) return [];
  const value = decodeHeader(raw);
  return value === undefined ? undefined : splitList(value).map((text) => ({ text, place: { header: name } }));
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** HTTP stacks hand out header bytes as latin1 characters. */
function decodeHeader(value: string): string | undefined {
  try {
    return decoder.decode(Buffer.from(value, 'latin1'));
  } catch {
    return undefined;
  }
}

/** Splits at commas outside of quoted strings (RFC 9110 section 5.6.1); repeated headers arrive joined the same way. */
function splitList(value: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at < value.length; at++) {
    const character = value[at];
    if (quoted && character === '\\') at++;
    else if (character === '"') quoted = !quoted;
    else if (character === ',' && !quoted) {
      parts.push(value.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(value.slice(start));
  return parts.map((part) => part.trim());
}

function toEnvelope(senders: readonly GivenAddress[], recipients: readonly GivenAddress[]): Result<GivenEnvelope> {
  const [sender, second] = senders;
  if (second !== undefined) return fault('ambiguous-envelope', 'The envelope names more than one sender.');
  return {
    ok: true,
    value: {
      ...(sender === undefined ? {} : { sender }),
      ...(recipients.length === 0 ? {} : { recipients }),
    },
  };
}
