// The extraction step: x-mq-* headers of trusted senders become properties of the record and leave the message.

import libmime from 'libmime';
import { parseAddress } from '../mail/address.ts';
import { type HeaderField, headerFields, unfoldedValue, withoutFields } from '../mail/header-section.ts';
import type { JsonObject, JsonValue } from '../queue/record.ts';
import type { Draft, PipelineSettings } from './draft.ts';
import { RESERVED_NAMES, X_MQ_RULES, type XMqRule } from './x-mq-table.ts';

/** What the headers say. */
export interface XMqExtraction {
  /** The header section without the extracted fields; every other byte is as it was. */
  readonly header: Buffer;
  readonly properties: JsonObject;
  /** x-mq-envelope, when it is there and valid; empty for the null sender. */
  readonly envelope: string | undefined;
  /** What was dropped and why, for the log: header names only, never values. */
  readonly dropped: readonly string[];
}

/** The step: extraction where smtp-extract is on and the sender is trusted; otherwise the mail keeps its lines. */
export function extractHeaders(draft: Draft, { extract }: PipelineSettings): undefined {
  if (extract !== true || !draft.submission.trusted) return;
  const { header, properties, envelope, dropped } = extractXMq(draft.header);
  draft.header = header;
  draft.properties = { ...draft.properties, ...properties };
  draft.dropped = dropped;
  draft.mailFrom = envelope ?? draft.mailFrom;
}

const PREFIX = 'x-mq-';
const MAX_FIELDS = 1000;
// RFC 2047 section 2; without this nothing has to be decoded.
const ENCODED_WORD = /=\?[^?\s]+\?[bq]\?[^?\s]*\?=/i;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Takes the x-mq-* fields out of a header section. */
export function extractXMq(header: Buffer): XMqExtraction {
  const fields = [...extractedFields(header)];
  if (fields.length === 0) return { header, properties: {}, envelope: undefined, dropped: [] };
  const collector = new Collector();
  for (const field of fields.slice(0, MAX_FIELDS)) {
    collector.add(field.name.slice(PREFIX.length), decodeValue(unfoldedValue(header, field)));
  }
  const more = fields.length - MAX_FIELDS;
  if (more > 0) collector.drop(`${PREFIX}*`, `${more} headers more than ${MAX_FIELDS}`);
  const { properties, envelope, dropped } = collector;
  return { header: withoutFields(header, fields), properties, envelope, dropped };
}

function* extractedFields(header: Buffer): Generator<HeaderField> {
  for (const field of headerFields(header)) if (field.name.startsWith(PREFIX)) yield field;
}

/** The text of a value given as latin1: UTF-8 where it is that (RFC 6532), encoded words decoded. */
function decodeValue(raw: string): string {
  const decoded = ENCODED_WORD.test(raw) ? libmime.decodeWords(raw) : raw;
  if (decoded !== raw) return decoded.trim();
  try {
    return decoder.decode(Buffer.from(raw, 'latin1'));
  } catch {
    return raw;
  }
}

/** Gathers properties over the headers of one message. */
class Collector {
  readonly properties: { [name: string]: JsonValue } = {};
  envelope: string | undefined;
  readonly dropped: string[] = [];
  readonly #given = new Set<string>();
  readonly #lists = new Map<string, JsonValue[]>();

  drop(name: string, why: string): void {
    this.dropped.push(`${name}: ${why}`);
  }

  add(name: string, value: string): void {
    // Such a value would break out of whatever a consumer writes it into.
    if (/[\r\n\0]/.test(value)) return this.drop(PREFIX + name, 'CR, LF or NUL in the decoded value');
    if (name === 'envelope') return this.#setEnvelope(value);
    const rule = X_MQ_RULES.get(name);
    if (rule !== undefined) return this.#apply(name, { rule, value });
    if (name === '' || RESERVED_NAMES.has(name)) return this.drop(PREFIX + name, 'the name is reserved');
    this.#set(name, value);
  }

  #setEnvelope(value: string): void {
    const bare = value.replace(/^<(.*)>$/, '$1');
    const address = parseAddress(bare, { policy: 'strict', smtputf8: true, allow: 'sender' });
    if (!address.ok) return this.drop('x-mq-envelope', address.fault);
    if (this.envelope !== undefined) this.drop('x-mq-envelope', 'given again, the last one counts');
    this.envelope = address.address;
  }

  #apply(name: string, { rule, value }: { readonly rule: XMqRule; readonly value: string }): void {
    const read = rule.read(value);
    if (read === undefined) return this.drop(PREFIX + name, 'the value does not fit');
    if (rule.target.includes('.')) return this.#setMember(rule.target, read);
    if (rule.adds === undefined) return this.#set(rule.target, read);
    this.#addTo(rule.target, Array.isArray(read) ? read : []);
  }

  /** Into the same array, not into a copy: a message may have a thousand headers of a thousand values. */
  #addTo(target: string, values: readonly JsonValue[]): void {
    const list = this.#lists.get(target) ?? [];
    for (const value of values) list.push(value);
    this.#lists.set(target, list);
    this.properties[target] = list;
  }

  /** Of repeated headers the last one counts. */
  #set(name: string, value: JsonValue): void {
    this.#noteRepeat(name);
    this.properties[name] = value;
  }

  #setMember(target: string, value: JsonValue): void {
    this.#noteRepeat(target);
    const [name = '', member = ''] = target.split('.');
    this.properties[name] = { ...(this.properties[name] as JsonObject | undefined), [member]: value } as JsonValue;
  }

  #noteRepeat(target: string): void {
    if (this.#given.has(target)) this.drop(target, 'given again, the last one counts');
    this.#given.add(target);
  }
}
