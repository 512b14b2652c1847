// The table that the chaos suite writes into the page of guarantees.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeTable, toLine } from '../../scripts/chaos/table.ts';

const ROW = {
  name: 'fault',
  title: 'a fault',
  accepted: 7,
  stored: 8,
  lost: 0,
  duplicates: 1,
  why: 'requests repeated',
  refused: 3,
  cut: 2,
  recoveredMs: 1240,
  faults: [],
};
const MEASURED = { rows: [ROW, ROW], command: 'npm run chaos -- --seed 1', date: new Date('2026-11-21T12:00:00Z') };

test('A scenario is one line with all its figures', () => {
  assert.equal(
    toLine(ROW),
    'fault: accepted 7, stored 8, lost 0, duplicate ids 1 (requests repeated), refused 3, cut 2, recovered in 1.2 s',
  );
});

test('The table stands between its marks with its command and its sums, however often it is written', () => {
  const page = 'Before.\n\n<!-- chaos:begin -->\n<!-- chaos:end -->\n\nAfter.\n';
  const once = placeTable(page, MEASURED);
  assert.match(
    once,
    /^Before\.\n\n<!-- chaos:begin -->\n\nMade on 2026-11-21 by `npm run chaos -- --seed 1 --write`:\n/,
  );
  assert.match(once, /\n\| all +\| 14 +\| 16 +\| 0 +\| 2 +\| 6 +\| 4 +\| +\|\n\n<!-- chaos:end -->\n\nAfter\.\n$/);
  assert.equal(placeTable(once, MEASURED), once);
});

test('A page without marks is not written to', () => {
  assert.throws(() => placeTable('Before.', MEASURED), /the page has no <!-- chaos:begin -->/);
});
