// The list of local addresses: which recipients anybody may write to (MailerQ: local email addresses).

import { matchesNamePattern } from '../auth/name-pattern.ts';
import type { Parsed } from '../mail/parsed.ts';

/** A list that answers for one address; the comparison ignores case. */
export interface LocalAddresses {
  /** Whether the list has any entry. */
  readonly isEmpty: boolean;
  includes(address: string): boolean;
}

type Matcher = (address: string) => boolean;

/** No address is local. */
export const NO_LOCAL_ADDRESSES: LocalAddresses = { isEmpty: true, includes: () => false };

const KINDS: { readonly [kind: string]: (pattern: string) => Matcher } = {
  substr: (pattern) => (address) => address.includes(pattern.toLowerCase()),
  fnmatch: (pattern) => (address) => matchesNamePattern(address, pattern.toLowerCase()),
  regex: (pattern) => {
    const expression = new RegExp(pattern, 'iu');
    return (address) => expression.test(address);
  },
};

/** Parses lines `exact|substr|fnmatch|regex PATTERN`; empty lines and lines that start with `#` say nothing. */
export function parseLocalAddresses(text: string): Parsed<LocalAddresses> {
  const exact = new Set<string>();
  const matchers: Matcher[] = [];
  for (const [index, line] of text.replace(/^\ufeff/, '').split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, kind = '', pattern = ''] = /^\s*(\S+)\s+(\S.*?)\s*$/.exec(line) ?? [];
    if (kind === 'exact') {
      exact.add(pattern.toLowerCase());
      continue;
    }
    const problem = addMatcher(matchers, kind, { pattern });
    if (problem !== undefined) return { ok: false, problem: `line ${index + 1}: ${problem}` };
  }
  const includes = (address: string) => {
    const lower = address.toLowerCase();
    return exact.has(lower) || matchers.some((matches) => matches(lower));
  };
  return { ok: true, value: { isEmpty: exact.size === 0 && matchers.length === 0, includes } };
}

function addMatcher(matchers: Matcher[], kind: string, { pattern }: { readonly pattern: string }): string | undefined {
  const create = KINDS[kind];
  if (create === undefined || !Object.hasOwn(KINDS, kind)) {
    return 'expected exact, substr, fnmatch or regex, a blank and a pattern';
  }
  try {
    matchers.push(create(pattern));
    return undefined;
  } catch (error) {
    return `'${pattern}' is not a regular expression: ${(error as Error).message}`;
  }
}
