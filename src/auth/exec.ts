// The backend exec:///path: a program of the operator's decides by its exit status.

import { access, constants, stat } from 'node:fs/promises';
import { type Parsed, parsed, problem } from '../mail/parsed.ts';
import type { AuthBackend, Credentials, OpenBackend } from './backend.ts';
import { withDeadline } from './deadline.ts';
import { runProgram } from './run-program.ts';
import { Turns } from './turns.ts';

const SCHEME = 'exec://';
const WRITABLE_BY_ALL = 0o002;
// From 126 on a shell means that it could not run the command (POSIX.1-2024, exit status for commands).
const FIRST_FAILURE = 126;

/** Options of the backend. */
export interface ExecOptions {
  readonly timeoutMs?: number;
}

/** Reads MailerQ's exec://; the path is taken verbatim. */
export function parseExec(url: string, { timeoutMs = 5_000 }: ExecOptions = {}): Parsed<AuthBackend> {
  const path = url.slice(SCHEME.length);
  if (!path.startsWith('/')) return problem('exec:// needs an absolute path, as in exec:///usr/local/bin/check-login');
  return parsed({
    label: url,
    async open() {
      await checkProgram(path);
      const turns = new Turns({ running: 8, waiting: 256 });
      return createExec({ path, timeoutMs, turns });
    },
  });
}

/** Rejects with what to do when the file cannot be run, or when anybody could put a program of his own there. */
async function checkProgram(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new Error(`there is no file ${path}`);
  if (!found.isFile()) throw new Error(`${path} is not a file`);
  if ((found.mode & WRITABLE_BY_ALL) !== 0) throw new Error(`${path} can be changed by everybody: chmod o-w ${path}`);
  await access(path, constants.X_OK).catch(() => {
    throw new Error(`${path} cannot be executed: chmod +x ${path}, and see that this user may`);
  });
}

function createExec(
  { path, timeoutMs, turns }: { readonly path: string; readonly timeoutMs: number; readonly turns: Turns },
): OpenBackend {
  return {
    async check(credentials, signal) {
      // The protocol is one line; a second one could be taken for something else.
      if (/[\r\n]/.test(credentials.password)) return false;
      const status = await withDeadline(
        { timeoutMs, signal },
        (limit) => turns.take(limit, () => runProgram(toProgram(path, credentials), limit)),
      );
      if (status >= FIRST_FAILURE) throw new Error(`${path} ended with status ${status}`);
      return status === 0;
    },
    close: async () => {},
  };
}

function toProgram(path: string, { username, password }: Credentials) {
  return {
    path,
    arguments: [],
    // Never the password: the environment of a process is there for every process of its user to see.
    environment: { MAILERQ_USERNAME: username, MAILCHUTE_USERNAME: username },
    input: `${password}\n`,
  };
}
