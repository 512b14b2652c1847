// Proves on the system calls that the log is synced between a group's write and its results, and that the proof bites.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { toProgramCommand } from '../support/program-command.ts';
import { findEarlyPromises, parseStrace, type PromiseReport, toStraceCommand } from '../support/strace.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const source = fileURLToPath(new URL('../../src', import.meta.url));
const program = fileURLToPath(new URL('embedded-publish-program.ts', import.meta.url));
const publishers = 5;
const recordsEach = 20;

/** Runs the publishing program on the sources in `root` under strace. */
async function trace(context: TestContext, root: string): Promise<PromiseReport> {
  const directory = makeTemporaryDirectory(context);
  const output = join(directory, 'strace.txt');
  const path = join(directory, 'queue.db');
  const args = [join(root, 'queue/embedded.ts'), path, recordsEach, publishers, 1000].map(String);
  const [command = '', ...rest] = toStraceCommand(toProgramCommand(program, args), output);
  await promisify(execFile)(command, rest, { timeout: 60_000 });
  const calls = parseStrace(readFileSync(output, 'utf8'));
  return findEarlyPromises(calls, { isLog: (target) => target === `${path}-wal`, promise: /stored (R[\d-]+)/g });
}

test('Every record is synced between its write into the log and its promise', async (context) => {
  const { promised, early, syncs } = await trace(context, source);
  assert.equal(promised.length, publishers * recordsEach);
  assert.deepEqual(early, []);
  assert.ok(syncs >= recordsEach, `${syncs} syncs`);
  assert.ok(syncs < promised.length, `${syncs} syncs: no groups`);
});

/** Changes of the sources after which promises come too early. */
const sabotages = {
  'the log is not synced': {
    file: 'queue/embedded-file.ts',
    text: 'PRAGMA synchronous = FULL',
    instead: 'PRAGMA synchronous = OFF',
  },
  'the log is synced by checkpoints only': {
    file: 'queue/embedded-file.ts',
    text: 'PRAGMA synchronous = FULL',
    instead: 'PRAGMA synchronous = NORMAL',
  },
  'results do not wait for the transaction': {
    file: 'queue/embedded.ts',
    text: 'this.#schedule(0);',
    instead: 'this.#schedule(0); resolve(records.map(() => STORED));',
  },
} as const;

for (const [name, { file, text, instead }] of Object.entries(sabotages)) {
  test(`The proof fails on a build in which ${name}`, async (context) => {
    const root = join(makeTemporaryDirectory(context), 'src');
    cpSync(source, root, { recursive: true });
    const sound = readFileSync(join(root, file), 'utf8');
    assert.ok(sound.includes(text), `${file} no longer contains ${text}`);
    writeFileSync(join(root, file), sound.replace(text, instead));
    const { promised, early } = await trace(context, root);
    assert.equal(promised.length, publishers * recordsEach);
    assert.ok(early.length > promised.length / 2, `${early.length} of ${promised.length} promises were early`);
  });
}
