// Reads the groups of fields that delivery, feedback and disposition parts are made of (RFC 3464 section 2.1.1).

import { decodeWords, toValue } from './report-text.ts';

/** The fields of one group: names in lower case, each with all its values. */
export type FieldGroup = ReadonlyMap<string, readonly string[]>;

const MAX_FIELDS = 200;

/** The groups in order, at most `maxGroups`; empty lines separate them. Comments are left in the values. */
export function parseFieldGroups(text: string, maxGroups: number): FieldGroup[] {
  const groups: Map<string, string[]>[] = [];
  let group: Map<string, string[]> | undefined;
  for (const line of unfoldedLines(text)) {
    if (line.trim() === '') {
      group = undefined;
      continue;
    }
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    if (!/^[a-z][a-z\d-]*$/.test(name)) continue;
    if (group === undefined) {
      if (groups.length >= maxGroups) break;
      group = new Map();
      groups.push(group);
    }
    add(group, { name, raw: line.slice(colon + 1) });
  }
  return groups;
}

function add(group: Map<string, string[]>, { name, raw }: { name: string; raw: string }): void {
  const values = group.get(name);
  if ((values?.length ?? group.size) >= MAX_FIELDS) return;
  const value = toValue(decodeWords(raw));
  if (values === undefined) group.set(name, [value]);
  else values.push(value);
}

/** RFC 5322 section 2.2.3; a line of blanks alone ends a field as an empty line does. */
function* unfoldedLines(text: string): Generator<string> {
  let pieces: string[] = [];
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (/^[ \t]+\S/.test(line) && pieces.length > 0 && pieces[0] !== '') {
      pieces.push(` ${line.trim()}`);
    } else {
      if (pieces.length > 0) yield pieces.join('');
      pieces = [line];
    }
  }
  yield pieces.join('');
}

/** The first value of a field, nothing when there is none or it is empty. */
export function firstValue(group: FieldGroup | undefined, name: string): string | undefined {
  const value = group?.get(name)?.[0];
  return value === undefined || value === '' ? undefined : value;
}

/** `rfc822; user@example.com` → `user@example.com`; also what stands there without a type. */
export function withoutType(value: string | undefined): string | undefined {
  return value === undefined ? undefined : splitType(value).text;
}

/** `smtp; 550 no` → type `smtp`, text `550 no`; a value without a type has an empty one. */
export function splitType(value: string): { type: string; text: string } {
  const match = /^\s*([A-Za-z][\w-]{0,40})\s{0,8}(?:\([^()]{0,200}\)\s{0,8})?;/.exec(value);
  if (match === null) return { type: '', text: value.trim() };
  return { type: (match[1] ?? '').toLowerCase(), text: value.slice(match[0].length).trim() };
}

/** An address without the angle brackets, quotes and comments that some put around it. */
export function bareAddress(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const bracketed = /<([^<>]*)>/.exec(value.slice(0, 1024));
  return toValue(bracketed?.[1] ?? value, 320);
}
