// The style of the documentation: every variable that is used is set, for light and for dark.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PAGE_STYLE } from '../../../src/http/api/page-style.ts';

test('The style sets every variable that it uses, and has two colours for each', () => {
  const set = [...PAGE_STYLE.matchAll(/(--\w+): light-dark\(/g)].map(([, name]) => name);
  const used = [...PAGE_STYLE.matchAll(/var\((--\w+)\)/g)].map(([, name]) => name);
  assert.deepEqual([...new Set(used)].toSorted(), set.toSorted());
  assert.match(PAGE_STYLE, /color-scheme: light dark/);
  assert.doesNotMatch(PAGE_STYLE, /@import|url\(|<|&/);
});
