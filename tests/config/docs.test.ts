// The generated pages are those that would be generated now.

import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { PAGES, stalePages, toConfigurationPage } from '../../scripts/docs.ts';
import { KEY_NAMES, KNOWN_NAMES } from '../../src/config/keys.ts';

const root = resolve(import.meta.dirname, '../..');

test('no generated page is stale (npm run docs writes them)', async () => {
  assert.deepEqual((await stalePages(root)).map(({ path }) => path), []);
});

test('stalePages() notices pages that are not there', async () => {
  assert.deepEqual(await stalePages(import.meta.dirname), PAGES);
});

test('the page has a heading for every key, and names every other name', () => {
  const page = toConfigurationPage();
  assert.deepEqual(KEY_NAMES.filter((name) => !page.includes(`\n### ${name}\n`)), []);
  assert.deepEqual([...KNOWN_NAMES.keys()].filter((name) => !page.includes(name)), []);
});
