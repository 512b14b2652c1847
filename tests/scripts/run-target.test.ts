// The guard of the fuzz run: it tells what throws and what hangs, and the seed that brings it back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runTarget } from '../../scripts/fuzz/run-target.ts';

const MODULE = `data:text/javascript,${
  encodeURIComponent(`export const TARGETS = [
    { name: 'good', check: () => {} },
    { name: 'throws at 3', check: ({ below }) => { if (globalThis.n === undefined) globalThis.n = 0; if (++globalThis.n === 3) throw new Error('third'); } },
    { name: 'hangs at 2', check: () => { globalThis.n = (globalThis.n ?? 0) + 1; while (globalThis.n === 2); } },
  ];`)
}`;
const RUN = { module: MODULE, seed: 10, rounds: 5, guardMs: 2000 };

test('runTarget() gives a target all its inputs', async () => {
  assert.deepEqual(await runTarget({ ...RUN, index: 0 }), { inputs: 5, faults: [] });
});

test('runTarget() goes on after what throws, and names its seed', async () => {
  const { inputs, faults } = await runTarget({ ...RUN, index: 1 });
  assert.equal(inputs, 5);
  assert.deepEqual(faults.map(({ seed }) => seed), [12]);
  assert.match(faults[0]?.error ?? '', /third/);
});

test('runTarget() ends what hangs, and names its seed', async () => {
  const { inputs, faults } = await runTarget({ ...RUN, index: 2, guardMs: 300 });
  assert.equal(inputs, 1);
  assert.deepEqual(faults, [{ seed: 11, error: 'no end within 300 ms' }]);
});

test('runTarget() says when the worker dies', async () => {
  const { faults } = await runTarget({ ...RUN, index: 9 });
  assert.match(faults[0]?.error ?? '', /the worker died: .*No target 9/);
});
