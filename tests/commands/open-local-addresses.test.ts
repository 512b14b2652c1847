// The list of local addresses from its file: read at the start, read again when it changes, kept while it is faulty.

import assert from 'node:assert/strict';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openLocalAddresses } from '../../src/commands/open-local-addresses.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

function makeFile(context: TestContext, content: string): string {
  const path = join(makeTemporaryDirectory(context), 'local.txt');
  writeFileSync(path, content);
  return path;
}

test('openLocalAddresses() is nothing without a file', () => {
  const log = createRecordingLog();
  assert.equal(openLocalAddresses(undefined, log), undefined);
  assert.deepEqual(log.events, []);
});

test('openLocalAddresses() follows its file, and tells what became of every change', (context) => {
  const path = makeFile(context, 'exact a@example.com\n');
  const log = createRecordingLog();
  let now = 0;
  const list = openLocalAddresses(path, log, { now: () => now += 10_000 });
  const local = () => ['a@example.com', 'bee@example.com'].map((address) => list?.().includes(address));
  const replace = (content: string) => {
    writeFileSync(`${path}.new`, content);
    renameSync(`${path}.new`, path);
  };
  assert.deepEqual(local(), [true, false]);
  replace('fnmatch b*@example.com\n');
  assert.deepEqual(local(), [false, true]);
  replace('fnmatch b*@example.com\nregex (\n');
  assert.deepEqual(local(), [false, true]);
  rmSync(path);
  assert.deepEqual(local(), [false, true]);
  replace('');
  assert.deepEqual(local(), [false, false]);
  assert.equal(list?.().isEmpty, true);
  assert.deepEqual(log.events.map(({ event, fields }) => [event, fields['path']]), [
    ['local-addresses.loaded', path],
    ['local-addresses.loaded', path],
    ['local-addresses.unusable', path],
    ['local-addresses.unusable', path],
    ['local-addresses.loaded', path],
  ]);
  assert.match(String(log.events[2]?.fields['reason']), /^line 2: '\(' is not a regular expression: /);
  assert.match(String(log.events[3]?.fields['reason']), /ENOENT/);
});

test('openLocalAddresses() throws with file and line when the file cannot be used at the start', (context) => {
  const path = makeFile(context, 'exact a@example.com\n\nlocal b\n');
  const log = createRecordingLog();
  assert.throws(() => openLocalAddresses(path, log), {
    message: `${path}: line 3: expected exact, substr, fnmatch or regex, a blank and a pattern`,
  });
  assert.throws(() => openLocalAddresses(`${path}.none`, log), /ENOENT.*local\.txt\.none/);
  assert.deepEqual(log.events, []);
});
