// The system calls of the whole gateway: between the write of a record into the log and its 250 there is a sync of the log.
import assert from 'node:assert/strict';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { test, type TestContext } from 'node:test';
import { gatewayCommand, removeGateway, startGateway } from '../support/gateway.ts';
import { toProgramCommand } from '../support/program-command.ts';
import { runLoad } from '../support/smtp-load.ts';
import { findEarlyPromises, parseStrace, type PromiseReport, toStraceCommand } from '../support/strace.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const ROOT = resolve(import.meta.dirname ?? '.', '../..');
const MESSAGES = 100;

/** Sends messages over several sessions to a gateway under strace, and judges what strace saw. */
async function trace(context: TestContext, command: readonly string[]): Promise<PromiseReport> {
  const output = join(makeTemporaryDirectory(context), 'strace.txt');
  const gateway = await startGateway({ command: toStraceCommand(command, output) });
  try {
    const { ids } = await runLoad({ port: gateway.ports.smtp, sessions: 5, messages: MESSAGES });
    assert.equal(ids.length, MESSAGES);
    // A stop signal is for the gateway; strace ends with it and has written everything by then.
    const child = Number(
      readFileSync(`/proc/${gateway.process.pid}/task/${gateway.process.pid}/children`, 'utf8').trim(),
    );
    process.kill(child, 'SIGTERM');
    await gateway.exit;
    const log = join(gateway.directory, 'queue.db-wal');
    const calls = parseStrace(readFileSync(output, 'utf8'));
    return findEarlyPromises(calls, { isLog: (path) => path === log, promise: /250[ -]2\.0\.0 ([0-9A-Z]+) for/g });
  } finally {
    await removeGateway(gateway);
  }
}

test('The log of the embedded queue is synced between a message and its 250', async (context) => {
  const { promised, early, syncs } = await trace(context, gatewayCommand());
  context.diagnostic(`${promised.length} promises, ${syncs} syncs, early ${early.length}`);
  assert.equal(promised.length, MESSAGES);
  assert.deepEqual(early, []);
});

test('The same observation convicts a build whose waiting was taken out', async (context) => {
  const directory = makeTemporaryDirectory(context);
  cpSync(join(ROOT, 'src'), join(directory, 'src'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(directory, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  const path = join(directory, 'src/queue/embedded.ts');
  const source = readFileSync(path, 'utf8');
  const waiting = 'this.#schedule(0);';
  assert.ok(source.includes(waiting), `embedded.ts waits in one place: ${waiting}`);
  writeFileSync(path, source.replace(waiting, `${waiting} resolve(records.map(() => STORED));`));
  const { promised, early } = await trace(context, toProgramCommand(join(directory, 'src/main.ts')));
  assert.equal(promised.length, MESSAGES);
  assert.ok(early.length > 0, 'no promise was early');
});
