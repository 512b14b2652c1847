// Asking backends in order: outcomes, bounds, throttling, events.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAuthenticator } from '../../src/auth/authenticator.ts';
import type { AuthBackend, Credentials } from '../../src/auth/backend.ts';
import { LoginMemory } from '../../src/auth/login-memory.ts';
import { createLoginThrottle } from '../../src/auth/login-throttle.ts';
import { createRecordingLog } from '../support/recording-log.ts';

const credentials = { username: 'jane', password: 'secret' };
const origin = { remoteIp: '192.0.2.1' };

type Answer = boolean | string | ((signal: AbortSignal) => Promise<boolean>);

interface FakeBackend extends AuthBackend {
  readonly asked: Credentials[];
  readonly closed: () => boolean;
}

/** A backend that says yes, no, or fails with a message. */
function createBackend(label: string, answer: Answer): FakeBackend {
  const asked: Credentials[] = [];
  let closed = false;
  return {
    label,
    asked,
    closed: () => closed,
    open: async () => ({
      async check(given, signal) {
        asked.push(given);
        if (typeof answer === 'function') return answer(signal);
        if (typeof answer === 'string') throw new Error(answer);
        return answer;
      },
      close: async () => void (closed = true),
    }),
  };
}

const chains: readonly { readonly answers: readonly Answer[]; readonly outcome: string; readonly asked: number }[] = [
  { answers: [true], outcome: 'accepted', asked: 1 },
  { answers: [false], outcome: 'rejected', asked: 1 },
  { answers: ['down'], outcome: 'unavailable', asked: 1 },
  { answers: [false, true, true], outcome: 'accepted', asked: 2 },
  { answers: ['down', true], outcome: 'accepted', asked: 2 },
  { answers: ['down', false], outcome: 'unavailable', asked: 2 },
  { answers: [false, 'down'], outcome: 'unavailable', asked: 2 },
  { answers: [false, false], outcome: 'rejected', asked: 2 },
  { answers: [], outcome: 'rejected', asked: 0 },
];

for (const { answers, outcome, asked } of chains) {
  test(`Backends that answer [${answers.join(', ')}] make a login ${outcome}`, async () => {
    const backends = answers.map((answer, index) => createBackend(`backend ${index}`, answer));
    const authenticator = await openAuthenticator(backends, { log: createRecordingLog() });
    assert.equal(await authenticator.authenticate(credentials, origin), outcome);
    assert.equal(backends.filter((backend) => backend.asked.length === 1).length, asked);
    await authenticator.close();
    assert.ok(backends.every(({ closed }) => closed()));
  });
}

const hopeless = [
  { username: '', password: 'x' },
  { username: 'jane', password: '' },
  { username: 'jane\0', password: 'x' },
  { username: 'jane', password: 'x\0' },
  { username: 'a'.repeat(256), password: 'x' },
  { username: 'jane', password: 'x'.repeat(1025) },
];

for (const given of hopeless) {
  test(`No backend is asked about ${JSON.stringify(given).slice(0, 60)}`, async () => {
    const backend = createBackend('yes', true);
    const authenticator = await openAuthenticator([backend], { log: createRecordingLog() });
    assert.equal(await authenticator.authenticate(given, origin), 'rejected');
    assert.deepEqual(backend.asked, []);
  });
}

test('A backend that never answers makes the login unavailable, and the ones behind it are not waited for', async () => {
  const log = createRecordingLog();
  const hung = createBackend('hung', () => new Promise(() => {}));
  const authenticator = await openAuthenticator([hung, createBackend('no', false)], { log, timeoutMs: 10 });
  assert.equal(await authenticator.authenticate(credentials, origin), 'unavailable');
  const fields = { remote: '192.0.2.1', reason: 'no answer within 10 ms' };
  assert.deepEqual(log.events, [{ event: 'auth.unavailable', fields }]);
});

test('A client that goes away ends its login without an event', async () => {
  const log = createRecordingLog();
  const controller = new AbortController();
  const backend = createBackend('slow', (signal) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      controller.abort();
    }));
  const authenticator = await openAuthenticator([backend], { log });
  assert.equal(await authenticator.authenticate(credentials, { ...origin, signal: controller.signal }), 'unavailable');
  assert.equal(await authenticator.authenticate(credentials, { ...origin, signal: controller.signal }), 'unavailable');
  assert.equal(backend.asked.length, 1);
  assert.deepEqual(log.events, []);
});

test('close() ends logins under way as unavailable', async () => {
  const asked = Promise.withResolvers<void>();
  const backend = createBackend('slow', () => {
    asked.resolve();
    return new Promise(() => {});
  });
  const authenticator = await openAuthenticator([backend], { log: createRecordingLog() });
  const outcome = authenticator.authenticate(credentials, origin);
  await asked.promise;
  await authenticator.close();
  assert.equal(await outcome, 'unavailable');
});

test('Events name user, address and backend, and never the password', async () => {
  const log = createRecordingLog();
  const backends = [
    createBackend('first', 'connection refused'),
    createBackend('second', ({ aborted }) => Promise.resolve(!aborted)),
  ];
  const authenticator = await openAuthenticator(backends, { log });
  await authenticator.authenticate(credentials, origin);
  await authenticator.authenticate({ username: 'jane', password: '' }, origin);
  assert.deepEqual(log.events, [
    { event: 'auth.unavailable', fields: { backend: 'first', remote: '192.0.2.1', reason: 'connection refused' } },
    { event: 'auth.accepted', fields: { user: 'jane', remote: '192.0.2.1', backend: 'second' } },
    { event: 'auth.rejected', fields: { user: 'jane', remote: '192.0.2.1' } },
  ]);
  assert.ok(!JSON.stringify(log.events).includes('secret'));
});

test('Failed logins wait before a backend is asked, then are refused unasked with one event', async () => {
  const log = createRecordingLog();
  const waits: number[] = [];
  const backend = createBackend('no', false);
  const wait = async (delayMs: number) => {
    assert.equal(backend.asked.length, waits.length + 3);
    waits.push(delayMs);
  };
  const authenticator = await openAuthenticator([backend], { log, wait });
  for (let count = 0; count < 25; count++) {
    const outcome = await authenticator.authenticate(credentials, origin);
    if (count < 20) assert.equal(outcome, 'rejected');
    else {
      assert.ok(typeof outcome === 'object' && outcome.answer === 'rejected');
      assert.ok(outcome.retryAfterMs > 500_000 && outcome.retryAfterMs <= 600_000);
    }
  }
  assert.equal(backend.asked.length, 20);
  assert.deepEqual(waits.slice(0, 3), [1000, 2000, 3000]);
  assert.equal(Math.max(...waits), 10_000);
  const throttled = log.events.filter(({ event }) => event === 'auth.throttled');
  assert.deepEqual(throttled, [{ event: 'auth.throttled', fields: { remote: '192.0.2.1' } }]);
  assert.equal(await authenticator.authenticate(credentials, { remoteIp: '192.0.2.2' }), 'rejected');
  assert.equal(backend.asked.length, 21);
});

test('Guesses count while another backend is down, and are then refused as unavailable', async () => {
  const backend = createBackend('no', false);
  const backends = [createBackend('down', 'down'), backend];
  const authenticator = await openAuthenticator(backends, { log: createRecordingLog(), wait: async () => {} });
  for (let count = 0; count < 25; count++) {
    const outcome = await authenticator.authenticate(credentials, origin);
    assert.equal(typeof outcome === 'object' ? outcome.answer : outcome, 'unavailable');
  }
  assert.equal(backend.asked.length, 20);
});

test('Logins that no backend could check are not counted', async () => {
  const backend = createBackend('down', 'down');
  const throttle = createLoginThrottle({ maxFailures: 2 });
  const authenticator = await openAuthenticator([backend], { log: createRecordingLog(), throttle });
  for (let count = 0; count < 5; count++) await authenticator.authenticate(credentials, origin);
  assert.equal(backend.asked.length, 5);
});

test('A client that goes away while it has to wait has asked nobody', async () => {
  const backend = createBackend('yes', true);
  const throttle = createLoginThrottle({ freeFailures: 0 });
  const authenticator = await openAuthenticator([backend], { log: createRecordingLog(), throttle });
  const controller = new AbortController();
  const outcome = authenticator.authenticate(credentials, { ...origin, signal: controller.signal });
  controller.abort();
  assert.equal(await outcome, 'unavailable');
  assert.deepEqual(backend.asked, []);
});

test('openAuthenticator() names every backend that cannot be used, and closes the others', async () => {
  const fine = createBackend('fine', true);
  const broken = (label: string, message: string): AuthBackend => ({
    label,
    open: () => Promise.reject(new Error(message)),
  });
  const backends = [broken('file:///users', 'there is no file'), fine, broken('users://*', 'start as root')];
  await assert.rejects(openAuthenticator(backends, { log: createRecordingLog() }), {
    message: 'Cannot use file:///users: there is no file\nCannot use users://*: start as root',
  });
  assert.equal(fine.closed(), true);
});

test('An accepted login is asked for once while it is remembered, a refused one every time', async () => {
  const backends = [createBackend('first', false), createBackend('second', (_signal) => Promise.resolve(isRight))];
  let isRight = true;
  const log = createRecordingLog();
  const memory = new LoginMemory();
  const authenticator = await openAuthenticator(backends, { log, memory });
  const outcomes = [];
  for (let round = 0; round < 3; round++) outcomes.push(await authenticator.authenticate(credentials, origin));
  assert.deepEqual(outcomes, ['accepted', 'accepted', 'accepted']);
  assert.deepEqual(backends.map(({ asked }) => asked.length), [1, 1]);
  assert.deepEqual(log.events.map(({ fields }) => fields['backend']), ['second', 'second', 'second']);
  isRight = false;
  memory.forget();
  assert.equal(await authenticator.authenticate(credentials, origin), 'rejected');
  assert.equal(await authenticator.authenticate(credentials, origin), 'rejected');
  assert.deepEqual(backends.map(({ asked }) => asked.length), [3, 3]);
});

test('An address that has guessed too often learns nothing from what is remembered', async () => {
  const memory = new LoginMemory();
  memory.keep({ ...credentials, ...origin }, 'x');
  const throttle = createLoginThrottle({ freeFailures: 5, maxFailures: 1 });
  const authenticator = await openAuthenticator([createBackend('x', false)], {
    log: createRecordingLog(),
    memory,
    throttle,
  });
  assert.equal(await authenticator.authenticate({ ...credentials, password: 'guess' }, origin), 'rejected');
  const outcome = await authenticator.authenticate(credentials, origin);
  assert.equal(typeof outcome === 'object' ? outcome.answer : undefined, 'rejected');
});
