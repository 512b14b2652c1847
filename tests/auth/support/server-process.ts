// Starts a server program of a test in the foreground and ends it, by its process id, with the test.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';

/** What to start and how to know that it is ready. */
export interface ServerProgram {
  readonly path: string;
  readonly arguments: readonly string[];
  /** Printed by the program, on either output, once it takes connections. */
  readonly readyText: string;
}

const START_DEADLINE_MS = 30_000;

/** Resolves when the program is ready; rejects with its output when it ends before. */
export async function startServerProcess(context: TestContext, program: ServerProgram): Promise<void> {
  const child = spawn(program.path, program.arguments, { stdio: ['ignore', 'pipe', 'pipe'] });
  context.after(() => end(child));
  const ready = Promise.withResolvers<void>();
  let output = '';
  const fail = (why: string) => ready.reject(new Error(`${program.path} ${why}\n${output.slice(-4000)}`));
  const read = (chunk: Uint8Array) => {
    output += new TextDecoder().decode(chunk);
    if (output.includes(program.readyText)) ready.resolve();
  };
  // Reading goes on to the end: a full pipe would stop the server.
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  child.on('error', (error) => fail(`cannot be started: ${error.message}`));
  child.on('exit', (code, cause) => fail(`ended with ${cause ?? code}`));
  const timer = setTimeout(() => fail(`was not ready after ${START_DEADLINE_MS} ms`), START_DEADLINE_MS);
  await ready.promise.finally(() => clearTimeout(timer));
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(timer);
}
