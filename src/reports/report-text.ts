// Turns bytes and foreign strings into valid, bounded Unicode text for the report in a record.

import libmime from 'libmime';
import { TextDecoder } from 'node:util';

const UTF8_OR_FAIL = new TextDecoder('utf-8', { fatal: true });
/** Longest single value in a report, in UTF-16 units. */
export const MAX_VALUE_LENGTH = 2048;

/** The bytes in the named character set; unknown or missing names are UTF-8 where that is valid, else windows-1252. */
export function decodeText(bytes: Uint8Array, charset = ''): string {
  return decoderOf(charset)?.decode(bytes) ?? decodeUnlabelled(bytes);
}

function decoderOf(charset: string): TextDecoder | undefined {
  const label = charset.trim().toLowerCase();
  // Labelled ASCII with other bytes in it is as good as unlabelled.
  if (label === '' || /^(us-?)?ascii$|^ansi_x3|^utf-?8$/.test(label)) return undefined;
  try {
    return new TextDecoder(label);
  } catch {
    return undefined;
  }
}

function decodeUnlabelled(bytes: Uint8Array): string {
  try {
    return UTF8_OR_FAIL.decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** A header value that was read as latin1, with its encoded words (RFC 2047) decoded; cut before the work. */
export function decodeHeaderValue(latin1: string): string {
  return decodeWords(decodeUnlabelled(Buffer.from(latin1.slice(0, MAX_VALUE_LENGTH), 'latin1')));
}

/** Decodes encoded words in a text that is Unicode already; cut before the work. */
export function decodeWords(text: string): string {
  const cut = text.slice(0, MAX_VALUE_LENGTH);
  if (!cut.includes('=?')) return cut;
  try {
    return libmime.decodeWords(cut);
  } catch {
    return cut;
  }
}

/** One value for the record: no controls but tab and line feed, blanks trimmed, no half surrogate pair, bounded. */
export function toValue(text: string, maxLength = MAX_VALUE_LENGTH): string {
  const cut = text.length > maxLength ? text.slice(0, maxLength) : text;
  return cut.replace(/\r\n?/g, '\n').replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '').toWellFormed().trim();
}

/** The value, or nothing when it is empty. */
export function toOptionalValue(text: string | undefined): string | undefined {
  const value = toValue(text ?? '');
  return value === '' ? undefined : value;
}

/** A date as in RFC 5322 or RFC 3339 as an ISO time; nothing when it is none. */
export function toIsoTime(text: string | undefined): string | undefined {
  // Comments as in "(UTC)" and obsolete forms go through the platform's own reader of dates.
  const time = Date.parse((text ?? '').slice(0, 100).replace(/\([^()]*\)/g, ''));
  return Number.isNaN(time) || Math.abs(time) > 8.64e13 ? undefined : new Date(time).toISOString();
}
