// Logins that another process counts: its verdict arrives, and so does the end of the login there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSharedLoginThrottle, toLoginEnd } from '../../src/auth/shared-login-throttle.ts';
import { createFakeHolds } from '../support/fake-holds.ts';

test('createSharedLoginThrottle() admits with the delay that the other process says', async () => {
  const { take, requests } = createFakeHolds(1, { granted: { delayMs: 3000 } });
  const admission = await createSharedLoginThrottle(take).admit('192.0.2.1');
  assert.ok(admission.admitted);
  assert.equal(admission.delayMs, 3000);
  assert.deepEqual(requests, [{ what: 'login', key: '192.0.2.1' }]);
});

for (
  const { name, facts, expected } of [
    {
      name: 'with its answer',
      facts: { answer: 'rejected', first: true, retryAfterMs: 600_000 },
      expected: { answer: 'rejected', first: true, retryAfterMs: 600_000 },
    },
    {
      name: 'with another answer',
      facts: { answer: 'unavailable', first: false, retryAfterMs: 1 },
      expected: { answer: 'unavailable', first: false, retryAfterMs: 1 },
    },
    { name: 'for now when nobody counts any more', facts: {}, expected: { answer: 'unavailable', first: false } },
  ]
) {
  test(`createSharedLoginThrottle() refuses ${name}`, async () => {
    const { take } = createFakeHolds(0, { refused: facts });
    assert.deepEqual(await createSharedLoginThrottle(take).admit('a'), { admitted: false, ...expected });
  });
}

const ends = [
  { told: ['accepted'], expected: { how: 'accepted', guessed: false } },
  { told: ['rejected'], expected: { how: 'rejected', guessed: true } },
  { told: ['rejected', false], expected: { how: 'rejected', guessed: false } },
  { told: ['unavailable', true], expected: { how: 'unavailable', guessed: true } },
  { told: ['abandoned'], expected: { how: 'abandoned', guessed: false } },
] as const;

for (const { told: [how, guessed], expected } of ends) {
  test(`toLoginEnd() knows a login that was ${how}, ${guessed ?? 'nothing'} said of guessing`, async () => {
    const { take, released } = createFakeHolds(1);
    const admission = await createSharedLoginThrottle(take).admit('a');
    if (admission.admitted) admission.end(how, guessed);
    assert.deepEqual(toLoginEnd(released[0] ?? {}), expected);
  });
}

test('toLoginEnd() takes the login of a process that died for abandoned', () => {
  assert.deepEqual(toLoginEnd({}), { how: 'abandoned', guessed: false });
});
