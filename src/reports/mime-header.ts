// Reads the MIME fields of one header section (RFC 2045, 2183, 2231): what a part is, what it is called, how it is encoded.

import { headerFields, unfoldedValue } from '../mail/header-section.ts';

/** What the walk over the parts needs to know about one of them. */
export interface MimeHeader {
  /** Lower case, without parameters; `text/plain` when there is none (RFC 2045 section 5.2). */
  readonly type: string;
  readonly params: ReadonlyMap<string, string>;
  /** Content-Transfer-Encoding in lower case; empty when there is none. */
  readonly encoding: string;
  /** From Content-Disposition or the name parameter; encoded words are left as they are. */
  readonly filename: string;
}

/** A value with its parameters, names in lower case. */
export interface Parameterised {
  readonly value: string;
  readonly params: ReadonlyMap<string, string>;
}

// Bounds the work on one field; a longer value is cut. Real Content-Type fields stay far below.
const MAX_VALUE_BYTES = 4096;
const TOKEN_END = /[;="]/;

/** The first value of each wanted field, unfolded, latin1, cut after 4 KiB. */
export function readFields(header: Buffer, wanted: ReadonlySet<string>): Map<string, string> {
  const values = new Map<string, string>();
  for (const field of headerFields(header)) {
    if (!wanted.has(field.name) || values.has(field.name)) continue;
    const end = Math.min(field.end, field.valueStart + MAX_VALUE_BYTES);
    values.set(field.name, unfoldedValue(header, { ...field, end }));
  }
  return values;
}

const MIME_FIELDS: ReadonlySet<string> = new Set([
  'content-type',
  'content-disposition',
  'content-transfer-encoding',
]);

/** Reads a part's header section. */
export function parseMimeHeader(header: Buffer): MimeHeader {
  return toMimeHeader(readFields(header, MIME_FIELDS));
}

/** The same from fields that were read already. */
export function toMimeHeader(fields: ReadonlyMap<string, string>): MimeHeader {
  const { value, params } = parseParameters(fields.get('content-type') ?? '');
  const disposition = parseParameters(fields.get('content-disposition') ?? '');
  const type = value.toLowerCase();
  return {
    type: /^[^\s/]+\/[^\s/]+$/.test(type) ? type : 'text/plain',
    params,
    encoding: (fields.get('content-transfer-encoding') ?? '').toLowerCase().replace(/[;(].*$/s, '').trim(),
    filename: disposition.params.get('filename') ?? params.get('name') ?? '',
  };
}

/** `text/plain; charset="utf-8"`; continued and percent-encoded parameters (RFC 2231) are put together. */
export function parseParameters(text: string): Parameterised {
  const semicolon = text.indexOf(';');
  const value = withoutComment(semicolon < 0 ? text : text.slice(0, semicolon)).replace(/^"|"$/g, '');
  const raw = new Map<string, string>();
  let position = semicolon < 0 ? text.length : semicolon + 1;
  while (position < text.length) {
    const read = readParameter(text, position);
    if (read.name !== '' && !raw.has(read.name)) raw.set(read.name, read.value);
    position = read.next;
  }
  return { value, params: joinContinued(raw) };
}

function withoutComment(text: string): string {
  const bracket = text.indexOf('(');
  return (bracket < 0 ? text : text.slice(0, bracket)).trim();
}

function readParameter(text: string, start: number): { name: string; value: string; next: number } {
  let position = start;
  while (position < text.length && !TOKEN_END.test(text.charAt(position))) position++;
  const name = text.slice(start, position).trim().toLowerCase();
  if (text.charAt(position) !== '=') return { name: '', value: '', next: position + 1 };
  position++;
  while (text.charAt(position) === ' ' || text.charAt(position) === '\t') position++;
  if (text.charAt(position) === '"') return { name, ...readQuoted(text, position + 1) };
  const semicolon = text.indexOf(';', position);
  const end = semicolon < 0 ? text.length : semicolon;
  return { name, value: withoutComment(text.slice(position, end)), next: end + 1 };
}

/** RFC 5322 section 3.2.4; a quote that is never closed ends with the text. */
function readQuoted(text: string, start: number): { value: string; next: number } {
  let value = '';
  let position = start;
  while (position < text.length && text.charAt(position) !== '"') {
    if (text.charAt(position) === '\\') position++;
    value += text.charAt(position++);
  }
  const semicolon = text.indexOf(';', position);
  return { value, next: semicolon < 0 ? text.length : semicolon + 1 };
}

function joinContinued(raw: ReadonlyMap<string, string>): Map<string, string> {
  const joined = new Map<string, string>();
  for (const [name, value] of raw) {
    const star = name.indexOf('*');
    if (star < 0) joined.set(name, value);
    else if (!joined.has(name.slice(0, star))) joined.set(name.slice(0, star), continued(raw, name.slice(0, star)));
  }
  return joined;
}

function continued(raw: ReadonlyMap<string, string>, name: string): string {
  const whole = raw.get(`${name}*`);
  if (whole !== undefined) return percentDecoded(whole.replace(/^[^']*'[^']*'/, ''));
  let value = '';
  for (let index = 0; index < raw.size; index++) {
    const plain = raw.get(`${name}*${index}`);
    const encoded = raw.get(`${name}*${index}*`);
    if (plain === undefined && encoded === undefined) break;
    value += plain ?? percentDecoded(index === 0 ? (encoded ?? '').replace(/^[^']*'[^']*'/, '') : encoded ?? '');
  }
  return value;
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
