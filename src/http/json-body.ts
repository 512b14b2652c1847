// Bytes of a JSON body to a value, without the things JSON.parse lets through: bad UTF-8, double names, endless nesting.

import { failure, type ProblemCode, type Result } from './problem.ts';

/** Deepest nesting of objects and arrays; recursion further down must never meet more. */
export const MAX_DEPTH = 64;
/** Characters outside of strings: 100 MB of empty arrays would fill the memory as values, 100 MB of text does not. */
export const MAX_STRUCTURE = 4 * 1024 * 1024;

const BYTE_ORDER_MARK = '\ufeff';
// `ignoreBOM` keeps a byte order mark, which a message inside the JSON may begin with.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Parses one JSON object; the answer to a fault never repeats text from the body. */
export function parseJsonBody(bytes: Uint8Array): Result<{ readonly [name: string]: unknown }> {
  const text = decodeUtf8(bytes);
  if (text === undefined) return fault('malformed-utf8', 'The body is not valid UTF-8.');
  // RFC 8259 section 8.1: implementations must not add one.
  if (text.startsWith(BYTE_ORDER_MARK)) return fault('malformed-json', 'The body begins with a byte order mark.');
  const { tooComplex, duplicate } = inspect(text);
  if (tooComplex !== undefined) return fault('too-complex', tooComplex);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fault('malformed-json', `The body is not valid JSON${position(error)}.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return fault('malformed-json', 'The body is not a JSON object.');
  }
  if (duplicate) return fault('duplicate-property', 'The body names a property of the message more than once.');
  return { ok: true, value: value as { readonly [name: string]: unknown } };
}

function fault(code: ProblemCode, detail: string): Result<never> {
  return failure({ code, detail });
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The engine's message quotes the body; only its position is passed on. */
function position(error: unknown): string {
  const found = error instanceof Error ? /at position (\d+)/.exec(error.message) : null;
  return found === null ? '' : ` (character ${Number(found[1]) + 1})`;
}

/** What one pass over the text finds; for text that is not JSON it may find anything, JSON.parse has the last word. */
function inspect(text: string): { readonly tooComplex?: string; readonly duplicate: boolean } {
  const names = new Set<string>();
  const structure = /["{}[\]]/g;
  let depth = 0;
  let insideStrings = 0;
  let duplicate = false;
  for (let found = structure.exec(text); found !== null; found = structure.exec(text)) {
    const character = found[0];
    if (character === '"') {
      const end = endOfString(text, found.index);
      if (depth === 1 && isName(text, end)) duplicate ||= isRepeated(text.slice(found.index, end), names);
      insideStrings += end - found.index - 2;
      structure.lastIndex = end;
    } else if (character === '{' || character === '[') {
      if (++depth > MAX_DEPTH) return { tooComplex: `The body nests deeper than ${MAX_DEPTH} levels.`, duplicate };
    } else depth--;
    if (found.index - insideStrings > MAX_STRUCTURE) break;
  }
  if (text.length - insideStrings <= MAX_STRUCTURE) return { duplicate };
  return { tooComplex: `The body has more than ${MAX_STRUCTURE} characters outside of strings.`, duplicate };
}

/** Offset after the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(quote - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return text.length;
}

function isName(text: string, end: number): boolean {
  const after = /[^ \t\r\n]/g;
  after.lastIndex = end;
  return after.exec(text)?.[0] === ':';
}

function isRepeated(quoted: string, names: Set<string>): boolean {
  const name = unquote(quoted);
  if (names.has(name)) return true;
  names.add(name);
  return false;
}

/** Escapes in names are resolved, or "\u006dime" would hide a second "mime". */
function unquote(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted; // not JSON, as JSON.parse of the whole will say
  }
}
