// The lock of the queue file: one gateway at a time, released by the operating system however the process ends.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { lockQueueFile } from '../../src/queue/embedded-lock.ts';
import { toProgramCommand } from '../support/program-command.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const program = fileURLToPath(new URL('embedded-lock-program.ts', import.meta.url));

/** Starts a process that takes the lock and holds it; resolves with what it said. */
async function startHolder(context: TestContext, path: string): Promise<{ child: ChildProcess; said: string }> {
  const [command = '', ...args] = toProgramCommand(program, [path]);
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  context.after(() => child.kill('SIGKILL'));
  const [said] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, said };
}

test('A second gateway is refused with the path and the process that holds it, until that one is killed', async (context) => {
  const path = join(makeTemporaryDirectory(context), 'queue.db');
  const first = await startHolder(context, path);
  assert.equal(first.said, 'locked');
  const expected = `queue-path ${path}: in use by another mailchute serve (process ${first.child.pid}): ` +
    'stop it, or set another queue-path here';
  assert.throws(() => lockQueueFile(path), { name: 'QueueFileError', message: expected });
  const second = await startHolder(context, path);
  assert.equal(second.said, expected);
  const exited = once(first.child, 'exit');
  first.child.kill('SIGKILL');
  await exited;
  lockQueueFile(path).release();
});

test('The lock holds while the same process looks at the lock file, and ends with release()', (context) => {
  const path = join(makeTemporaryDirectory(context), 'queue.db');
  const lock = lockQueueFile(path);
  assert.throws(() => lockQueueFile(path), /in use by another mailchute serve/);
  const look = new DatabaseSync(`${path}.lock`);
  look.prepare('PRAGMA user_version').get();
  look.close();
  assert.throws(
    () => lockQueueFile(path),
    new RegExp(`in use by another mailchute serve \\(process ${process.pid}\\)`),
  );
  lock.release();
  lockQueueFile(path).release();
});

test('The lock file is readable by its owner alone', (context) => {
  const path = join(makeTemporaryDirectory(context), 'queue.db');
  lockQueueFile(path).release();
  assert.equal(statSync(`${path}.lock`).mode & 0o777, 0o600);
});

test('A missing directory is an error that names it', (context) => {
  const path = join(makeTemporaryDirectory(context), 'nowhere', 'queue.db');
  assert.throws(() => lockQueueFile(path), /there is no directory .*nowhere: create it first/);
});
