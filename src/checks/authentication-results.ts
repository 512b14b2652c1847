// The Authentication-Results field (RFC 8601): the text for the results of the checks, and the removal of forged ones.

import { domainToASCII } from 'node:url';
import { headerFields } from '../mail/header-section.ts';
import type { Check } from './check.ts';

// RFC 5322 section 2.1.1 asks for 78 characters a line and forbids 998.
const LINE_LENGTH = 78;
// The tab before it, the space before the word, and the semicolon after it.
const BESIDE_WORD = 3;
const MAX_VALUE_LENGTH = 400;
// RFC 2045 section 5.1.
const TOKEN = /^[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+$/;
const DOT_ATOM = /^[!#$%&'*+\-/=?^_`{|}~\w]+(?:\.[!#$%&'*+\-/=?^_`{|}~\w]+)*$/;
const DOMAIN = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;

/** The field with its line end, folded; `authservId` is the name of this host. There is no method for spam verdicts. */
export function toAuthenticationResults(checks: readonly Check[], authservId: string): string {
  const results = checks.map(toResultInfo).filter((words) => words.length > 0).map(fold);
  const start = `Authentication-Results: ${toValue(authservId)};`;
  return `${results.length === 0 ? `${start} none` : `${start}\r\n\t${results.join(';\r\n\t')}`}\r\n`;
}

/** Words are never split, so a line may be one word that is longer. */
function fold([first = '', ...words]: readonly string[]): string {
  const lines = [first];
  for (const word of words) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length + BESIDE_WORD > LINE_LENGTH) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.join('\r\n\t');
}

/** One result with its properties, as words that stay whole; none for a check without a method. */
function toResultInfo(check: Check): string[] {
  if ('spf' in check) {
    const property = 'smtp.helo' in check
      ? toDomainProperty('smtp.helo', check['smtp.helo'])
      : toAddressProperty('smtp.mailfrom', check['smtp.mailfrom']);
    return [`spf=${check.spf}`, ...property];
  }
  if ('dkim' in check) {
    return [
      `dkim=${check.dkim}`,
      ...toDomainProperty('header.d', check.domain),
      ...toAddressProperty('header.i', check['header.i']),
      ...toProperty('header.s', check.selector),
      ...toProperty('header.b', check['header.b']),
    ];
  }
  if ('dmarc' in check) {
    // RFC 9989 section 9.1: here the domain alone; the record has the whole address.
    return [`dmarc=${check.dmarc}`, ...toDomainProperty('header.from', check['header.from']?.replace(/^.*@/s, ''))];
  }
  return 'arc' in check ? [`arc=${check.arc}`] : [];
}

function toProperty(name: string, value: string | undefined): string[] {
  if (value === undefined || value === '' || value.length > MAX_VALUE_LENGTH) return [];
  return [`${name}=${toValue(value)}`];
}

function toDomainProperty(name: string, value: string | undefined): string[] {
  return toProperty(name, value === undefined || isAscii(value) ? value : domainToASCII(value) || value);
}

/** RFC 8601 section 2.2: an address may stand as it is, and the domain alone where the rest cannot be written. */
function toAddressProperty(name: string, value: string | undefined): string[] {
  const cut = value?.lastIndexOf('@') ?? -1;
  if (value === undefined || cut < 0) return toProperty(name, value);
  const [local, domain] = [value.slice(0, cut), value.slice(cut + 1)];
  const ascii = isAscii(domain) ? domain : domainToASCII(domain);
  if (!DOMAIN.test(ascii) || value.length > MAX_VALUE_LENGTH) return toProperty(name, value);
  if (!isAscii(local)) return [`${name}=${ascii}`];
  if (local !== '' && !DOT_ATOM.test(local)) return [`${name}=${toQuoted(unquoted(local))}@${ascii}`];
  return [`${name}=${local}@${ascii}`];
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}

function unquoted(local: string): string {
  return /^".*"$/s.test(local) ? local.slice(1, -1).replace(/\\(.)/gs, '$1') : local;
}

function toValue(text: string): string {
  return TOKEN.test(text) ? text : toQuoted(text);
}

/** Whatever could end the line or the string is gone or quoted: the sender chooses most of these texts. */
function toQuoted(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`;
}

/**
 * Removes the fields that claim to be ours (RFC 8601 section 5); every other byte stays. A field that cannot be read
 * counts as forged when it names us at all, because others may read it.
 */
export function withoutForgedResults(header: Buffer, authservIds: readonly string[]): Buffer {
  const ours = authservIds.map((id) => id.toLowerCase());
  const kept: Buffer[] = [];
  let position = 0;
  for (const { name, start, valueStart, end } of headerFields(header)) {
    if (name !== 'authentication-results') continue;
    const value = header.toString('latin1', valueStart, end).toLowerCase();
    const id = readAuthservId(value);
    if (id === undefined ? !ours.some((each) => value.includes(each)) : !ours.includes(id)) continue;
    kept.push(header.subarray(position, start));
    position = end;
  }
  return position === 0 ? header : Buffer.concat([...kept, header.subarray(position)]);
}

/** RFC 8601 section 2.2: `[CFWS] authserv-id [CFWS version] [CFWS] ";"`; undefined when it does not begin so. */
function readAuthservId(value: string): string | undefined {
  const start = skipComments(value, 0);
  if (start === undefined) return undefined;
  const quoted = /^"((?:[^"\\]|\\[^])*)"/.exec(value.slice(start));
  const plain = /^[^\s;()"]+/.exec(value.slice(start));
  const id = quoted?.[1]?.replace(/\r?\n(?=[ \t])/g, '').replace(/\\([^])/g, '$1') ?? plain?.[0];
  if (id === undefined) return undefined;
  const after = skipComments(value, start + (quoted ?? plain ?? [''])[0].length);
  return after === undefined || !/^(?:;|\d|$)/.test(value.slice(after)) ? undefined : id.replace(/\.$/, '');
}

/** Offset after blanks and comments, which nest (RFC 5322 section 3.2.2); undefined when a comment does not end. */
function skipComments(value: string, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < value.length; at++) {
    const character = value.charAt(at);
    if (character === '\\' && depth > 0) at++;
    else if (character === '(') depth++;
    else if (character === ')' && depth > 0) depth--;
    else if (depth === 0 && !/\s/.test(character)) return at;
  }
  return depth === 0 ? value.length : undefined;
}
