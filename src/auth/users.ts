// The backend users://…: the accounts of this machine, whose passwords PAM's own helper checks.

import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import process from 'node:process';
import { type Parsed, parsed, problem } from '../mail/parsed.ts';
import type { AuthBackend, Credentials } from './backend.ts';
import { withDeadline } from './deadline.ts';
import { matchesNamePattern } from './name-pattern.ts';
import { runProgram } from './run-program.ts';
import { Turns } from './turns.ts';

const SCHEME = 'users://';
const HELPERS = ['/usr/sbin/unix_chkpwd', '/sbin/unix_chkpwd', '/usr/bin/unix_chkpwd'];
// What useradd and shadow-utils take for a name; the helper and the password file never see anything else.
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}$/;
// PAM_MAX_RESP_SIZE less the NUL: the helper would check a longer password cut off.
const LONGEST_PASSWORD = 511;

// Exit statuses of the helper are PAM's return values (security/_pam_types.h).
const PAM_SUCCESS = 0;
const REFUSALS: ReadonlySet<number> = new Set([
  6, // PAM_PERM_DENIED
  7, // PAM_AUTH_ERR
  9, // PAM_AUTHINFO_UNAVAIL, which is what the helper says of an unknown user
  10, // PAM_USER_UNKNOWN
  11, // PAM_MAXTRIES
  12, // PAM_NEW_AUTHTOK_REQD
  13, // PAM_ACCT_EXPIRED
  27, // PAM_AUTHTOK_EXPIRED
]);

/** Options of the backend. */
export interface UsersOptions {
  readonly timeoutMs?: number;
  /** Real user id of this process. */
  readonly uid?: number;
  /** Where accounts with user id 0 are looked up. */
  readonly accountsPath?: string;
}

/** Reads MailerQ's users://, a comma-separated list of names with wildcards; root never matches. */
export function parseUsers(url: string, options: UsersOptions = {}): Parsed<AuthBackend> {
  const { timeoutMs = 5_000, uid, accountsPath = '/etc/passwd' } = options;
  const patterns = url.slice(SCHEME.length).split(',').map((pattern) => pattern.trim());
  if (patterns.includes('')) return problem('users:// needs user names, as in users://user1,mailerq,client*');
  return parsed({
    label: url,
    async open() {
      const helper = await findHelper(uid ?? process.getuid?.());
      const turns = new Turns({ running: 4, waiting: 256 });
      return {
        async check(credentials, signal) {
          if (!isEligible(credentials, patterns) || await isRoot(credentials.username, accountsPath)) return false;
          return withDeadline(
            { timeoutMs, signal },
            (limit) => turns.take(limit, () => ask(helper, credentials, limit)),
          );
        },
        close: async () => {},
      };
    },
  });
}

/** The helper asks for the real user id and checks nobody else's password unless that is root's. */
async function findHelper(uid: number | undefined): Promise<string> {
  if (uid !== 0) {
    throw new Error(
      "PAM's helper unix_chkpwd checks the passwords of other users for root only: start as root, or use another " +
        'backend (file://, ldap://, radius://, http://, exec://)',
    );
  }
  for (const path of HELPERS) {
    if (await access(path, constants.X_OK).then(() => true, () => false)) return path;
  }
  throw new Error(`PAM's helper unix_chkpwd is not installed (looked for ${HELPERS.join(', ')})`);
}

function isEligible({ username, password }: Credentials, patterns: readonly string[]): boolean {
  if (!NAME.test(username) || new TextEncoder().encode(password).length > LONGEST_PASSWORD) return false;
  return patterns.some((pattern) => matchesNamePattern(username, pattern));
}

/** Whether the name is root's, or that of another account with user id 0. */
async function isRoot(username: string, accountsPath: string): Promise<boolean> {
  const accounts = await readFile(accountsPath, 'utf8');
  return username === 'root' || accounts.split('\n').some((line) => {
    const [name, , uid] = line.split(':');
    return name === username && Number(uid) === 0;
  });
}

/** Whether the password is right and the account neither expired nor due for a new password. */
async function ask(helper: string, { username, password }: Credentials, signal: AbortSignal): Promise<boolean> {
  // "nonull": an account without a password lets nobody in.
  const matches = await run(helper, { arguments: [username, 'nonull'], input: `${password}\0` }, signal);
  return matches && await run(helper, { arguments: [username, 'chkexpiry'], input: '' }, signal);
}

async function run(
  path: string,
  program: { readonly arguments: readonly string[]; readonly input: string },
  signal: AbortSignal,
): Promise<boolean> {
  const status = await runProgram({ path, environment: {}, ...program }, signal);
  if (status !== PAM_SUCCESS && !REFUSALS.has(status)) throw new Error(`${path} ended with status ${status}`);
  return status === PAM_SUCCESS;
}
