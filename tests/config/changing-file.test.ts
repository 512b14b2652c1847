// A file that may change: read when it differs and not before, and never replaced by what cannot be used.

import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ChangingFile } from '../../src/config/changing-file.ts';
import { parsed, problem } from '../../src/mail/parsed.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

interface Stage {
  readonly path: string;
  readonly open: () => ChangingFile<string>;
  /** Lets the time pass after which the file is looked at again. */
  readonly wait: () => void;
  /** How often the content was parsed, and what was told. */
  readonly seen: { parses: number; readonly changes: (string | undefined)[] };
}

/** A file whose content is good unless it says "bad". */
function setStage(context: TestContext, content = 'one'): Stage {
  const path = join(makeTemporaryDirectory(context), 'file');
  writeFileSync(path, content);
  let now = 1_000_000;
  const seen: { parses: number; changes: (string | undefined)[] } = { parses: 0, changes: [] };
  const open = () =>
    new ChangingFile({
      path,
      now: () => now,
      parse(text) {
        seen.parses++;
        return text.includes('bad') ? problem<string>('line 1: bad') : parsed(text);
      },
      onChange: (fault) => seen.changes.push(fault),
    });
  return { path, open, wait: () => void (now += 1000), seen };
}

function replace(path: string, content: string): void {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}

test('ChangingFile has its content from the start, and tells of no change', (context) => {
  const { open, seen, wait } = setStage(context);
  const file = open();
  for (let look = 0; look < 3; look++) {
    assert.equal(file.value, 'one');
    wait();
  }
  assert.deepEqual(seen, { parses: 1, changes: [] });
});

test('ChangingFile looks at most once a second', (context) => {
  const { path, open, wait } = setStage(context);
  const file = open();
  replace(path, 'two');
  assert.equal(file.value, 'one');
  wait();
  assert.equal(file.value, 'two');
  replace(path, 'three');
  assert.equal(file.value, 'two');
});

test('ChangingFile looks again when the clock was set back', (context) => {
  const path = join(makeTemporaryDirectory(context), 'file');
  writeFileSync(path, 'one');
  let now = 1_000_000;
  const file = new ChangingFile({ path, parse: (text) => parsed(text), onChange: () => {}, now: () => now });
  now = 5000;
  replace(path, 'two');
  assert.equal(file.value, 'two');
});

const changes: { readonly [how: string]: (path: string) => void } = {
  'replaced by another file': (path) => replace(path, 'oneX'),
  'appended to': (path) => appendFileSync(path, 'X'),
  'written anew': (path) => writeFileSync(path, 'oneX'),
  'replaced by one of the same size and time': (path) => {
    const { atime, mtime } = statSync(path);
    writeFileSync(`${path}.new`, 'two');
    utimesSync(`${path}.new`, atime, mtime);
    renameSync(`${path}.new`, path);
  },
  'cut to nothing': (path) => truncateSync(path),
};

for (const [how, change] of Object.entries(changes)) {
  test(`ChangingFile notices a file that is ${how}, and tells once`, (context) => {
    const { path, open, wait, seen } = setStage(context);
    const file = open();
    change(path);
    wait();
    assert.notEqual(file.value, 'one');
    wait();
    assert.notEqual(file.value, 'one');
    assert.deepEqual(seen, { parses: 2, changes: [undefined] });
  });
}

test('ChangingFile keeps the old content while the new one is faulty, and tells once', (context) => {
  const { path, open, wait, seen } = setStage(context);
  const file = open();
  replace(path, 'bad');
  for (let look = 0; look < 3; look++) {
    wait();
    assert.equal(file.value, 'one');
  }
  assert.deepEqual(seen, { parses: 2, changes: ['line 1: bad'] });
  replace(path, 'two');
  wait();
  assert.equal(file.value, 'two');
  assert.deepEqual(seen.changes, ['line 1: bad', undefined]);
});

test('ChangingFile keeps the old content while the file is away, and notices its return', (context) => {
  const { path, open, wait, seen } = setStage(context);
  const file = open();
  renameSync(path, `${path}.away`);
  for (let look = 0; look < 2; look++) {
    wait();
    assert.equal(file.value, 'one');
  }
  assert.equal(seen.changes.length, 1);
  assert.match(seen.changes[0] ?? '', /ENOENT/);
  renameSync(`${path}.away`, path);
  wait();
  assert.equal(file.value, 'one');
  assert.deepEqual(seen.changes.slice(1), [undefined]);
});

test('ChangingFile keeps the old content when a directory takes the place of the file', (context) => {
  const { path, open, wait, seen } = setStage(context);
  const file = open();
  rmSync(path);
  mkdirSync(path);
  wait();
  assert.equal(file.value, 'one');
  assert.match(seen.changes[0] ?? '', /EISDIR|is a directory/i);
});

test('ChangingFile refuses to begin without a good content, and names the file', (context) => {
  const { path, open } = setStage(context, 'bad');
  assert.throws(open, { message: `${path}: line 1: bad` });
  rmSync(path);
  assert.throws(open, (error: Error) => error.message.includes(path) && /ENOENT|no such file/i.test(error.message));
});

test('ChangingFile reads no file of more than 16 MiB', (context) => {
  const { path, open, wait, seen } = setStage(context);
  const file = open();
  truncateSync(path, 16 * 1024 * 1024 + 1);
  wait();
  assert.ok(file.value === 'one');
  assert.deepEqual(seen, { parses: 1, changes: ['larger than 16777216 bytes'] });
  assert.throws(open, { message: `${path}: larger than 16777216 bytes` });
});
