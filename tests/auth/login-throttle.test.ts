// Which addresses have to wait and which are refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Admission, createLoginThrottle, type LoginEnd } from '../../src/auth/login-throttle.ts';

const MINUTE = 60_000;

function createThrottle(options: { maxAddresses?: number } = {}) {
  const clock = { ms: 0 };
  const throttle = createLoginThrottle({ now: () => clock.ms, ...options });
  const admit = (address = '192.0.2.1') => throttle.admit(address) as Admission;
  const login = (how: LoginEnd, address?: string) => {
    const admission = admit(address);
    if (admission.admitted) admission.end(how);
    return admission;
  };
  return { clock, admit, login };
}

const delayOf = (admission: Admission) => admission.admitted ? admission.delayMs : 'refused';

test('The first three failures are free, then each costs a second more, at most ten, and the twenty-first is refused', () => {
  const { login } = createThrottle();
  const delays = Array.from({ length: 22 }, () => delayOf(login('rejected')));
  const growing = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((seconds) => seconds * 1000);
  assert.deepEqual(delays, [0, 0, 0, ...growing, ...Array(8).fill(10_000), 'refused', 'refused']);
});

test('A success forgets the failures', () => {
  const { login } = createThrottle();
  for (let count = 0; count < 10; count++) login('rejected');
  login('accepted');
  assert.equal(delayOf(login('rejected')), 0);
});

test('A login that could not be checked or was abandoned is no failure', () => {
  const { login } = createThrottle();
  for (let count = 0; count < 30; count++) login(count % 2 === 0 ? 'unavailable' : 'abandoned');
  assert.equal(delayOf(login('rejected')), 0);
});

test('Failures are forgotten after ten minutes, refusals do not prolong them', () => {
  const { clock, login } = createThrottle();
  for (let count = 0; count < 20; count++) login('rejected');
  clock.ms = 9 * MINUTE;
  assert.equal(delayOf(login('rejected')), 'refused');
  clock.ms = 10 * MINUTE;
  assert.equal(delayOf(login('rejected')), 0);
});

test('Only the first refusal says that it is the first', () => {
  const { clock, login } = createThrottle();
  const refuse = () => {
    const admission = login('rejected');
    assert.ok(!admission.admitted);
    return admission.first;
  };
  for (let count = 0; count < 20; count++) login('rejected');
  assert.deepEqual([refuse(), refuse(), refuse()], [true, false, false]);
  clock.ms = 10 * MINUTE;
  for (let count = 0; count < 20; count++) login('rejected');
  assert.deepEqual([refuse(), refuse()], [true, false]);
});

test('A refused address is told what it was told last', () => {
  const { admit, login } = createThrottle();
  for (let count = 0; count < 20; count++) {
    const admission = admit();
    assert.ok(admission.admitted);
    // One backend was unreachable, another compared the password: unavailable for the client, a guess all the same.
    admission.end('unavailable', true);
  }
  assert.deepEqual(login('rejected'), { admitted: false, answer: 'unavailable', first: true, retryAfterMs: 600_000 });
});

test('A refusal says when the next login may be tried, and then it may', () => {
  const { clock, admit, login } = createThrottle();
  const untilNext = () => {
    const admission = admit();
    assert.ok(!admission.admitted && admission.retryAfterMs !== undefined);
    return admission.retryAfterMs;
  };
  // All at once, as an address without failures may.
  const admissions = Array.from({ length: 25 }, () => admit());
  for (const admission of admissions) {
    clock.ms += 1000;
    assert.ok(admission.admitted);
    admission.end('rejected');
  }
  clock.ms = MINUTE;
  const waitMs = untilNext();
  // The sixth of 25 is the one that makes twenty.
  assert.equal(clock.ms + waitMs, 6000 + 10 * MINUTE);
  clock.ms += waitMs - 1;
  assert.equal(untilNext(), 1);
  clock.ms += 1;
  assert.notEqual(delayOf(login('rejected')), 'refused');
});

test('A refusal on account of logins that are being tried lasts no longer than they do', () => {
  const { admit, login } = createThrottle();
  for (let count = 0; count < 3; count++) login('rejected');
  for (let count = 0; count < 17; count++) admit();
  const admission = admit();
  assert.equal(admission.admitted ? undefined : admission.retryAfterMs, 10_000);
});

test('An address with failures cannot guess faster in many sessions at once', () => {
  const { admit, login } = createThrottle();
  for (let count = 0; count < 3; count++) login('rejected');
  const admissions = Array.from({ length: 30 }, () => admit());
  assert.equal(admissions.filter(({ admitted }) => admitted).length, 17);
  assert.deepEqual(admissions.slice(0, 3).map(delayOf), [1000, 2000, 3000]);
});

test('An address without failures may have many sessions at once', () => {
  const { admit } = createThrottle();
  const delays = Array.from({ length: 100 }, () => delayOf(admit()));
  assert.deepEqual(new Set(delays), new Set([0]));
});

const groups = [
  { name: 'a /64 of IPv6 counts as one', one: '2001:db8:1:2::1', other: '2001:db8:1:2:ffff::9', together: true },
  { name: 'two /64 count as two', one: '2001:db8:1:2::1', other: '2001:db8:1:3::1', together: false },
  { name: 'two IPv4 addresses count as two', one: '192.0.2.1', other: '192.0.2.2', together: false },
  { name: 'what is no address counts as it is', one: 'x', other: 'x', together: true },
];

for (const { name, one, other, together } of groups) {
  test(`Counting: ${name}`, () => {
    const { login } = createThrottle();
    for (let count = 0; count < 20; count++) login('rejected', one);
    assert.equal(delayOf(login('rejected', other)), together ? 'refused' : 0);
  });
}

test('Memory is bounded: the address that was quiet longest is forgotten', () => {
  const { login } = createThrottle({ maxAddresses: 3 });
  for (const address of ['a', 'b', 'c']) for (let count = 0; count < 5; count++) login('rejected', address);
  login('rejected', 'a');
  login('rejected', 'd');
  assert.equal(delayOf(login('abandoned', 'a')), 4000);
  assert.equal(delayOf(login('abandoned', 'b')), 0);
});
