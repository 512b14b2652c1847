// The verdict on a chaos scenario: each thing that must not happen is one that it finds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge, type Observation } from './scenario.ts';

const FAULT = { name: 'fault', title: 'a fault' };
const WELL: Observation = {
  report: {
    ids: ['a', 'b'],
    repeated: new Set(['b']),
    refusals: new Map([['451 4.3.0 Later', 2]]),
    turnedAway: 3,
    cut: 1,
  },
  stored: ['a', 'c', 'b', 'b'],
  recoveredMs: 5,
  effect: 'refuses',
};

test('A fault that cost nothing is counted and has no faults', () => {
  const { faults, ...row } = judge(FAULT, WELL);
  assert.deepEqual(faults, []);
  assert.deepEqual(row, {
    ...FAULT,
    accepted: 2,
    stored: 3,
    lost: 0,
    duplicates: 1,
    why: 'requests repeated',
    refused: 5,
    cut: 1,
    recoveredMs: 5,
  });
});

const none = new Map<string, number>();
const FAULTS: readonly [what: string, seen: Partial<Observation>, fault: RegExp][] = [
  ['a promise that is not in the queue', { stored: ['a'] }, /^1 lost: b$/],
  ['a record that is there twice for no reason', { stored: ['a', 'a', 'b'] }, /^1 duplicates without a reason: a$/],
  [
    'more duplicates than the fault explains',
    { stored: ['a', 'a', 'a', 'b'], allowed: { duplicates: 1, why: 'spooled' } },
    /^2 duplicates without a reason/,
  ],
  ['one id for two messages', { report: { ...WELL.report, ids: ['a', 'a'] } }, /^one id was promised/],
  ['a load that got nothing in', { report: { ...WELL.report, ids: [] }, stored: [] }, /^nothing was accepted$/],
  ['a fault that refused nobody', { report: { ...WELL.report, refusals: none } }, /^nothing was refused/],
  ['a fault that cut nobody', { effect: 'cuts', report: { ...WELL.report, cut: 0 } }, /^nothing was cut/],
  ['a refusal where all had to be taken', { effect: 'nothing' }, /^2 refused and 1 cut: 451 4\.3\.0 Later$/],
  [
    'a permanent refusal',
    { report: { ...WELL.report, refusals: new Map([['550 5.0.0 No', 1]]) } },
    /^answered 550 5\.0\.0 No$/,
  ],
];

for (const [what, seen, fault] of FAULTS) {
  test(`The verdict finds ${what}`, () => {
    const { faults } = judge(FAULT, { ...WELL, ...seen });
    assert.equal(faults.length, 1, faults.join('; '));
    assert.match(faults[0] ?? '', fault);
  });
}
