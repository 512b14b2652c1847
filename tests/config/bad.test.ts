// Every way of being misconfigured that is kept in bad/: the input, and all lines that come of it.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ConfigSources, loadText } from '../support/load-text.ts';

/** One file in bad/; `base64` is the file's content where it is not text. */
interface BadConfig extends Omit<ConfigSources, 'file'> {
  readonly file?: string;
  readonly base64?: string;
  readonly faults: readonly string[];
  readonly warnings?: readonly string[];
}

const directory = join(import.meta.dirname, 'bad');
const names = readdirSync(directory).sort();

test('bad/ holds its files, numbered and without gaps', () => {
  assert.ok(names.length > 0);
  const numbers = names.map((name) => Number(/^(\d\d)-[a-z0-9-]+\.json$/.exec(name)?.[1]));
  assert.deepEqual(numbers, names.map((_, index) => index + 1));
});

for (const name of names) {
  test(`bad/${name} gives its lines`, () => {
    const bad: BadConfig = JSON.parse(readFileSync(join(directory, name), 'utf8'));
    const { file, base64, faults, warnings = [], ...sources } = bad;
    const content = base64 === undefined ? file : new Uint8Array(Buffer.from(base64, 'base64'));
    const loaded = loadText({ ...sources, ...(content !== undefined && { file: content }) });
    assert.ok(faults.length > 0);
    assert.deepEqual(loaded.faults, faults);
    assert.deepEqual(loaded.warnings, warnings);
  });
}
