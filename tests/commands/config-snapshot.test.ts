// What was read once is read again from memory, and nothing else is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordReads, replayReads } from '../../src/commands/config-snapshot.ts';

const files = new Map([['a.txt', 'text'], ['b.bin', '\xff\0\xfe']]);

function read(path: string): Uint8Array {
  const content = files.get(path);
  if (content === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
  return Buffer.from(content, 'latin1');
}

test('replayReads() gives the bytes that were read, also after the way through JSON', () => {
  const { readFile, snapshot } = recordReads(read);
  for (const path of files.keys()) assert.deepEqual(readFile(path), read(path));
  const replay = replayReads(JSON.parse(JSON.stringify(snapshot())));
  for (const path of files.keys()) assert.deepEqual(Buffer.from(replay(path)), read(path));
});

test('replayReads() finds no file that was not read', () => {
  const { readFile, snapshot } = recordReads(read);
  assert.throws(() => readFile('missing'), { code: 'ENOENT' });
  readFile('a.txt');
  const replay = replayReads(snapshot());
  for (const path of ['missing', 'b.bin']) assert.throws(() => replay(path), { code: 'ENOENT' });
});
