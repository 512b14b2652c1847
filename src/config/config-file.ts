// Reads MailerQ's configuration file format: `key: value` lines and `#` comments.

import type { Entry, Source } from './entry.ts';
import type { Fault } from './fault.ts';
import { KNOWN_NAMES } from './keys.ts';

/** What a file holds, and what is wrong with it. */
export interface ConfigFile {
  readonly entries: Source;
  readonly faults: readonly Fault[];
}

const NEW_LINE = 0x0a;
const UTF8_MARK = '\ufeff';

/** Parses the bytes of a file; `path` is only its name in faults. */
export function parseConfigFile(bytes: Uint8Array, path: string): ConfigFile {
  const entries: Entry[] = [];
  const faults: Fault[] = [];
  if (isUtf16(bytes)) {
    return { entries, faults: [{ where: path, text: 'is UTF-16, expected UTF-8: save it as UTF-8' }] };
  }
  let number = 0;
  for (const line of linesOf(bytes)) {
    number++;
    const origin = `${path}:${number}`;
    const result = parseLine(line, origin);
    if (typeof result === 'string') faults.push({ where: origin, text: result });
    else if (result !== undefined) entries.push(result);
  }
  return { entries, faults };
}

/** The entry, nothing for a blank or a comment, or what is wrong with the line. */
function parseLine(bytes: Uint8Array, origin: string): Entry | string | undefined {
  const text = decode(bytes);
  if (text === undefined) return 'is not valid UTF-8';
  if (text.includes('\0')) return 'has a NUL byte';
  const line = text.trim();
  if (line === '' || line.startsWith('#')) return undefined;
  const colon = line.indexOf(':');
  if (colon < 0) return missingColon(line);
  const name = line.slice(0, colon).trim();
  if (name === '') return 'has no key before the colon, expected "key: value"';
  return { name, value: line.slice(colon + 1).trim(), origin, where: `${origin}: ${name}` };
}

/** Names the first word only: the rest of the line may be a password. */
function missingColon(line: string): string {
  const [word = ''] = line.split(/\s/);
  return KNOWN_NAMES.has(word)
    ? `has no colon after ${word}, expected "${word}: value"`
    : 'has no colon, expected "key: value"';
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.startsWith(UTF8_MARK) ? text.slice(UTF8_MARK.length) : text;
  } catch {
    return undefined;
  }
}

function isUtf16([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

function* linesOf(bytes: Uint8Array): Generator<Uint8Array> {
  let start = 0;
  for (let end = bytes.indexOf(NEW_LINE); end >= 0; end = bytes.indexOf(NEW_LINE, start)) {
    yield bytes.subarray(start, end);
    start = end + 1;
  }
  yield bytes.subarray(start);
}
