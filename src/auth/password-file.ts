// The text of a password file: lines `user:hash`, as `mkpasswd` and `openssl passwd` help to write them.

import { parsePasswordHash } from './crypt/parse-password-hash.ts';
import type { PasswordHash } from './crypt/password-hash.ts';

/** A line with which nobody can log in. */
export interface LineFault {
  /** Counted from 1. */
  readonly line: number;
  readonly user?: string;
  /** A clause without any part of the hash. */
  readonly reason: string;
}

/** What a password file says. */
export interface PasswordLines {
  readonly users: ReadonlyMap<string, PasswordHash>;
  readonly faults: readonly LineFault[];
}

/** Reads the text; empty lines and lines that start with # are skipped, fields after the second are ignored. */
export function parsePasswordLines(text: string): PasswordLines {
  const users = new Map<string, PasswordHash>();
  const faults: LineFault[] = [];
  const seen = new Set<string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const fault = readLine(line, { users, seen });
    if (fault !== undefined) faults.push({ line: index + 1, ...fault });
  }
  return { users, faults };
}

function readLine(
  line: string,
  { users, seen }: { readonly users: Map<string, PasswordHash>; readonly seen: Set<string> },
): Omit<LineFault, 'line'> | undefined {
  const [user = '', text] = line.split(':', 2);
  if (text === undefined) return { reason: 'there is no colon between user name and hash' };
  if (user === '') return { reason: 'there is no user name' };
  // As in /etc/passwd the first line of a name counts, also when its account is locked.
  if (seen.has(user)) return { user, reason: 'the user name stands in an earlier line' };
  seen.add(user);
  const hash = parsePasswordHash(text.trim());
  if (!hash.ok) return { user, reason: `the hash ${hash.problem}` };
  users.set(user, hash.value);
  return undefined;
}
