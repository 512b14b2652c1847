// Token files: lines, comments, and what is not a line.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { parseTokenList } from '../../src/auth/token-list.ts';

const hash = (token: string) => createHash('sha256').update(token).digest('hex');

test('parseTokenList() knows tokens by their hashes', () => {
  const text = `# programs\n\nshop:${hash('one')}\r\n  billing app:${hash('two').toUpperCase()}\n#old:x\nshop:${
    hash('ä')
  }`;
  const list = parseTokenList(text);
  assert.ok(list.ok);
  assert.equal(list.value.size, 3);
  assert.deepEqual(
    ['one', 'two', 'ä', 'three', '', hash('one')].map((token) => list.value.nameOf(token)),
    ['shop', 'billing app', 'shop', undefined, undefined, undefined],
  );
});

test('parseTokenList() takes a file without tokens, which nobody has', () => {
  const list = parseTokenList('# nobody\n');
  assert.ok(list.ok);
  assert.equal(list.value.nameOf(''), undefined);
});

const faulty = [
  'secret',
  `:${hash('x')}`,
  `a:${hash('x')}0`,
  `a:${'g'.repeat(64)}`,
  `a:b:${hash('x')}`,
  'a:',
  `a ${hash('x')}`,
];
for (const line of faulty) {
  test(`parseTokenList() refuses ${line.slice(0, 10)} by its number and does not show it`, () => {
    const list = parseTokenList(`# one\n${line}\n`);
    assert.deepEqual(list, {
      ok: false,
      problem: 'line 2: is not NAME:HASH with the SHA-256 of the token in 64 hexadecimal digits',
    });
  });
}
