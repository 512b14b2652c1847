// The address grammar against address sets that others have collected; runs where MAILCHUTE_CORPORA names their folder.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeSet } from '../../scripts/measure-addresses/judge-set.ts';
import { ADDRESS_SETS } from '../../scripts/measure-addresses/sets.ts';
import { findCorpus } from '../support/corpora.ts';

for (const set of ADDRESS_SETS) {
  test(`parseAddress() agrees with ${set.name} as far as the RFCs do (npm run measure:addresses lists the rest)`, () => {
    const folder = findCorpus(set.name.replace(/ .*/, ''));
    if (folder === undefined) return;
    const { cases, disagreements, faults } = judgeSet(set, set.read(folder));
    console.log(`${set.name}: ${cases - disagreements.length} of ${cases} agree`);
    assert.deepEqual(faults, []);
  });
}
