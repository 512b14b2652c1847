// Kills the publishing process at random moments: whatever it promised is in the file, once.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openEmbeddedReader } from '../../src/queue/embedded-reader.ts';
import { toProgramCommand } from '../support/program-command.ts';
import { assertKept, tally, toTallyLine } from '../support/promises.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const rounds = 8;
const program = fileURLToPath(new URL('embedded-publish-program.ts', import.meta.url));
const outlet = fileURLToPath(new URL('../../src/queue/embedded.ts', import.meta.url));

/** Publishes into the file until it is killed after `enough` promises; resolves with all it promised. */
async function publishUntilKilled(path: string, enough: number): Promise<string[]> {
  const [command = '', ...args] = toProgramCommand(program, [outlet, path, '100000', '20', '4096']);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const promised: string[] = [];
  // A line that the kill cut in two promised nothing: only what ends in a line feed counts.
  let rest = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    promised.push(...lines.map((line) => line.replace('stored ', '')));
    if (promised.length >= enough) child.kill('SIGKILL');
  }
  const [, signal] = await exited;
  assert.equal(signal, 'SIGKILL');
  return promised;
}

async function readIds(path: string): Promise<string[]> {
  const reader = openEmbeddedReader({ path, queues: ['inbox'], ack: false });
  const ids: string[] = [];
  await reader.get('inbox', { count: undefined, ack: false }, (body) => {
    ids.push(JSON.parse(Buffer.from(body).toString())['message-id']);
    return Promise.resolve();
  });
  await reader.close();
  return ids;
}

test(`Nothing promised is lost in ${rounds} kills of the publisher`, async (context) => {
  const path = join(makeTemporaryDirectory(context), 'queue.db');
  const promised: string[] = [];
  for (let round = 0; round < rounds; round++) {
    promised.push(...await publishUntilKilled(path, 1 + Math.floor(Math.random() * 2000)));
  }
  const result = tally(promised, await readIds(path));
  console.log(`publisher killed ${rounds} times: ${toTallyLine(result)}`);
  assertKept(result);
});

test('A reader that is killed while it acknowledges leaves every record it has not handed out', async (context) => {
  const path = join(makeTemporaryDirectory(context), 'queue.db');
  await publishUntilKilled(path, 1000);
  const before = await readIds(path);
  const reader = fileURLToPath(new URL('embedded-read-program.ts', import.meta.url));
  const [command = '', ...args] = toProgramCommand(reader, [path]);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const handedOut: string[] = [];
  for await (const id of createInterface({ input: child.stdout })) {
    handedOut.push(id);
    if (handedOut.length === 350) child.kill('SIGKILL');
  }
  await exited;
  const left = await readIds(path);
  assert.ok(left.length < before.length, 'something was acknowledged');
  assert.deepEqual(tally(before, [...new Set([...handedOut, ...left])]).lost, []);
});
