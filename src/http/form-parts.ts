// Cuts a multipart/form-data body (RFC 7578) into its parts, as windows into the body; whatever is not right is a fault.

import { parseFormDisposition } from './form-disposition.ts';
import { failure, type Problem, type Result } from './problem.ts';

/** One part of a form. */
export interface FormPart {
  readonly name: string;
  /** Left out: the part is not a file. */
  readonly filename?: string;
  /** The Content-Type as it was given. */
  readonly contentType?: string;
  /** A window into the body. */
  readonly content: Buffer;
}

/** Parts of one form; more than any message needs. */
export const MAX_PARTS = 4000;
/** Bytes of one part's header section. */
export const MAX_PART_HEADER = 8 * 1024;

const LINE_END = Buffer.from('\r\n');
const END_OF_HEADER = Buffer.from('\r\n\r\n');
// RFC 2046 section 5.1.1: 1 to 70 characters of this set, the last one not a blank.
const BOUNDARY = /^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$/;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The boundary in a Content-Type; undefined where there is none that RFC 2046 knows. */
export function boundaryOf(contentType: string): string | undefined {
  const [, quoted, bare] = /;[ \t]*boundary=(?:"([^"]*)"|([^\s;"]*))/i.exec(contentType) ?? [];
  const boundary = quoted ?? bare ?? '';
  return BOUNDARY.test(boundary) ? boundary : undefined;
}

/** The parts in order. What stands before the first delimiter and after the last is nothing (RFC 2046). */
export function splitForm(body: Buffer, boundary: string): Result<readonly FormPart[]> {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const parts: FormPart[] = [];
  let at = endOfFirst(body, delimiter);
  for (;;) {
    const next = at === undefined ? undefined : startOfPart(body, at);
    if (next === undefined) return malformed('A delimiter is missing, or something follows it in its line.');
    if (next === 'end') return { ok: true, value: parts };
    if (parts.length === MAX_PARTS) {
      return failure({ code: 'too-complex', detail: `The form has more than ${MAX_PARTS} parts.` });
    }
    const part = readPart(body, next, delimiter);
    if (!part.ok) return part;
    parts.push(part.value.part);
    at = part.value.end;
  }
}

/** Offset after the first delimiter, which may be the first line; undefined where there is none. */
function endOfFirst(body: Buffer, delimiter: Buffer): number | undefined {
  const bare = delimiter.subarray(LINE_END.length);
  if (body.subarray(0, bare.length).equals(bare)) return bare.length;
  const found = body.indexOf(delimiter);
  return found < 0 ? undefined : found + delimiter.length;
}

/** What a delimiter is followed by: two dashes at the very end, else blanks and a line end. */
function startOfPart(body: Buffer, afterDelimiter: number): number | 'end' | undefined {
  if (body.toString('latin1', afterDelimiter, afterDelimiter + 2) === '--') return 'end';
  let at = afterDelimiter;
  while (body[at] === 0x20 || body[at] === 0x09) at++;
  return body.subarray(at, at + 2).equals(LINE_END) ? at + 2 : undefined;
}

function readPart(
  body: Buffer,
  start: number,
  delimiter: Buffer,
): Result<{ readonly part: FormPart; readonly end: number }> {
  const length = body.subarray(start, start + MAX_PART_HEADER).indexOf(END_OF_HEADER);
  if (length < 0) return malformed(`A part has no header section that ends within ${MAX_PART_HEADER} bytes.`);
  const contentStart = start + length + END_OF_HEADER.length;
  // The delimiter of a part without content may begin with the empty line's own line end.
  const contentEnd = body.indexOf(delimiter, contentStart - LINE_END.length);
  if (contentEnd < 0) return malformed('The closing delimiter is missing.');
  const described = describePart(body.subarray(start, start + length));
  if (!described.ok) return described;
  const content = body.subarray(contentStart, Math.max(contentStart, contentEnd));
  return { ok: true, value: { part: { ...described.value, content }, end: contentEnd + delimiter.length } };
}

/** Reads the header section of a part; fields that say nothing about a form are passed over. */
function describePart(header: Buffer): Result<Omit<FormPart, 'content'>> {
  const fields = readFields(header);
  if (!fields.ok) return fields;
  const disposition = parseFormDisposition(fields.value.get('content-disposition') ?? '');
  if (disposition === undefined) return malformed('A part has no valid Content-Disposition: form-data with a name.');
  // RFC 7578 section 4.7: senders must not encode parts, and what is not decoded must not pass as if it were.
  const encoding = fields.value.get('content-transfer-encoding')?.toLowerCase() ?? 'binary';
  if (!['7bit', '8bit', 'binary'].includes(encoding)) return malformed('A part has a Content-Transfer-Encoding.');
  const contentType = fields.value.get('content-type');
  return { ok: true, value: { ...disposition, ...(contentType === undefined ? {} : { contentType }) } };
}

function readFields(header: Buffer): Result<ReadonlyMap<string, string>> {
  const text = decodeUtf8(header);
  if (text === undefined) return failure(NOT_UTF8);
  const fields = new Map<string, string>();
  for (const line of text.replace(/\r\n(?=[ \t])/g, '').split('\r\n')) {
    const [, name = '', value = ''] = /^([!-9;-~]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)$/.exec(line) ?? [];
    if (name === '') return malformed('A part has a line in its header section that is no header field.');
    if (fields.has(name.toLowerCase())) return malformed('A part has a header field twice.');
    fields.set(name.toLowerCase(), value.trimEnd());
  }
  return { ok: true, value: fields };
}

function decodeUtf8(bytes: Buffer): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function malformed(detail: string): { readonly ok: false; readonly problem: Problem } {
  return failure({ code: 'malformed-form', detail });
}

const NOT_UTF8: Problem = { code: 'malformed-utf8', detail: "A part's header section is not valid UTF-8." };
