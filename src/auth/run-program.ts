// Runs a program that answers by its exit status, and ends it with all its children when it takes too long.

import { spawn } from 'node:child_process';
import process from 'node:process';

/** What to run; never by way of a shell. */
export interface Program {
  /** Absolute path. */
  readonly path: string;
  readonly arguments: readonly string[];
  /** The whole environment apart from PATH. */
  readonly environment: Readonly<{ [name: string]: string }>;
  /** What the program finds on standard input. */
  readonly input: string;
}

const SEARCH_PATH = '/usr/local/bin:/usr/bin:/bin';

/** The exit status; rejects when the program cannot be run, dies of a signal, or the signal aborts, which kills it. */
export function runProgram(program: Program, signal: AbortSignal): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  signal.throwIfAborted();
  // A process group of its own is what can be killed as a whole. What it prints goes nowhere: nothing to fill or block.
  const child = spawn(program.path, program.arguments, {
    detached: true,
    cwd: '/',
    env: { PATH: SEARCH_PATH, ...program.environment },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const onAbort = () => killGroup(child.pid);
  signal.addEventListener('abort', onAbort, { once: true });
  const settle = (act: () => void) => {
    signal.removeEventListener('abort', onAbort);
    act();
  };
  child.once('error', (error) => settle(() => reject(error)));
  child.once('exit', (code, cause) =>
    settle(() => {
      if (signal.aborted) reject(signal.reason);
      else if (code === null) reject(new Error(`the program died of ${cause}`));
      else resolve(code);
    }));
  // A program that does not read its input closes the pipe; that is its right.
  child.stdin.on('error', () => {});
  child.stdin.end(program.input);
  return promise;
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended in this moment.
  }
}
