// What credentials must look like before any backend sees them.

import { Buffer } from 'node:buffer';
import type { Credentials } from './backend.ts';

const LONGEST_USERNAME = 255;
const LONGEST_PASSWORD = 1024;

/** The reason why no backend is asked; undefined when the credentials may be right. */
export function findCredentialFault({ username, password }: Credentials): string | undefined {
  if (username === '') return 'empty user name';
  // RFC 4513 section 5.1.2: a bind with a name and no password succeeds as an anonymous one, whoever it names.
  if (password === '') return 'empty password';
  if (Buffer.byteLength(username) > LONGEST_USERNAME) return 'user name too long';
  if (Buffer.byteLength(password) > LONGEST_PASSWORD) return 'password too long';
  if (/[\x00-\x1f\x7f]/.test(username)) return 'control character in user name';
  if (password.includes('\0')) return 'NUL in password';
  // A lone surrogate has no UTF-8 form: two different passwords would become one.
  if (!username.isWellFormed() || !password.isWellFormed()) return 'not Unicode text';
  return undefined;
}
