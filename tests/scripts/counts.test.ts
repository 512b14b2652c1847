// The counts that the test command adds up are the runners' own, and no line of theirs is read as another.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addCounts, addLine, type Counts, isRoutine, noTests } from '../../scripts/test/counts.ts';

const outputs: { name: string; lines: string[]; expected: Counts }[] = [
  {
    name: 'Node',
    lines: [
      '✔ a passes (1.2ms)',
      '✖ b fails (1ms)',
      'ℹ tests 7',
      'ℹ pass 3',
      'ℹ fail 1',
      'ℹ cancelled 1',
      'ℹ skipped 1',
      'ℹ todo 1',
    ],
    expected: { passed: 3, failed: 2, leftOut: 2 },
  },
  {
    name: 'Deno',
    lines: ['a ... ok (1ms)', 'ok | 27 passed | 0 failed (429ms)'],
    expected: { passed: 27, failed: 0, leftOut: 0 },
  },
  {
    name: 'Deno with steps, failures and ignored tests',
    lines: ['FAILED | 2 passed (3 steps) | 1 failed (1 step) | 4 ignored (2s)'],
    expected: { passed: 2, failed: 1, leftOut: 4 },
  },
  { name: 'a test that prints', lines: ['pass 9', '9 passed | 1 failed', 'lost 0'], expected: noTests },
];

for (const { name, lines, expected } of outputs) {
  test(`addLine() reads the counts of ${name}`, () => {
    assert.deepEqual(lines.reduce(addLine, noTests), expected);
  });
}

test('addCounts() adds every count', () => {
  const sum = addCounts({ passed: 1, failed: 2, leftOut: 3 }, { passed: 10, failed: 20, leftOut: 30 });
  assert.deepEqual(sum, { passed: 11, failed: 22, leftOut: 33 });
});

const lines: [line: string, routine: boolean][] = [
  ['✔ Session rejects RCPT before MAIL (1.2ms)', true],
  ['  ✔ a nested test (1.2ms)', true],
  ['ℹ pass 3', true],
  ['running 3 tests from ./tests/a.test.ts', true],
  ['Session rejects RCPT before MAIL ... ok (12ms)', true],
  ['a quick one ... ok (79µs)', true],
  ['ok | 27 passed | 0 failed (429ms)', true],
  ['✖ Session rejects RCPT before MAIL (1.2ms)', false],
  ['Session rejects RCPT before MAIL ... FAILED (12ms)', false],
  ['lost 0, duplicate ids 0', false],
];

for (const [line, routine] of lines) {
  test(`isRoutine() ${routine ? 'drops' : 'keeps'} "${line}"`, () => assert.equal(isRoutine(line), routine));
}
