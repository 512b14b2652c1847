// Message ids: their form, their order whatever the clock does, and that no two sources share any.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMessageIds, toDerivedMessageId } from '../../src/mail/message-id.ts';

const START = Date.UTC(2026, 0, 1);

function clockOf(times: readonly number[]): () => number {
  let calls = 0;
  return () => times[Math.min(calls++, times.length - 1)] ?? START;
}

function take(next: () => string, count: number): string[] {
  return Array.from({ length: count }, () => next());
}

function assertIncreasing(ids: readonly string[]): void {
  // As strings, which is how whoever reads the queue sorts them.
  for (const [index, id] of ids.slice(1).entries()) {
    const before = ids[index] ?? '';
    assert.ok(id > before, `${before} is followed by ${id}`);
  }
}

test('createMessageIds() makes ids of upper-case letters and digits, at most 32 characters, all of one length', () => {
  const farAway = Date.UTC(5000, 0, 1);
  const sources = [[0, 0], [1023, 1295], [1, 35], [36, 36]] as const;
  const times = [START, 0, 1, farAway];
  const ids = sources.flatMap(([serverId, worker]) =>
    times.flatMap((time) => take(createMessageIds(serverId, worker, { now: () => time }), 3))
  );
  for (const id of ids) assert.match(id, /^[0-9A-Z]{1,32}$/);
  assert.equal(new Set(ids.map((id) => id.length)).size, 1);
  assert.equal(new Set(ids).size, ids.length);
});

test('createMessageIds() uses the system clock unless told otherwise', () => {
  const before = Date.now();
  const time = parseInt(createMessageIds(0, 0)().slice(0, 9), 36);
  assert.ok(before <= time && time <= Date.now());
});

test('createMessageIds() puts the time first, so that ids sort by it', () => {
  const times = [START, START + 1, START + 35, START + 36, START + 86_400_000, START + 1e12];
  assertIncreasing(take(createMessageIds(1023, 0, { now: clockOf(times) }), times.length));
  const later = createMessageIds(0, 0, { now: () => START + 1 })();
  assert.ok(take(createMessageIds(1023, 1295, { now: () => START }), 1000).every((id) => id < later));
});

const clocks = [
  ['stands still', [START]],
  ['jumps back by a day and runs on', [START, START + 1, START - 86_400_000, START - 86_399_999, START + 2, START + 3]],
  ['jumps back to zero', [START, 0, 0, START]],
  ['starts at zero', [0, 0, 1, 1, 0]],
  ['is before 1970', [-5, -4, 0, 1]],
  ['steps to and fro', [START, START + 10, START, START + 10, START, START + 11]],
] as const;

for (const [name, times] of clocks) {
  test(`createMessageIds() makes ever greater ids when the clock ${name}`, () => {
    assertIncreasing(take(createMessageIds(3, 2, { now: clockOf(times) }), 50));
  });
}

test('createMessageIds() stays at the latest time seen while the clock is behind it, and does not run ahead', () => {
  const ids = take(createMessageIds(0, 0, { now: clockOf([START, START - 5000]) }), 1000);
  assert.equal(new Set(ids.map((id) => id.slice(0, 9))).size, 1);
});

test('createMessageIds() makes more ids in a millisecond than four digits count, and stays in order', () => {
  const count = 36 ** 4 + 10;
  let time = START;
  const next = createMessageIds(0, 0, { now: () => time });
  let last = '';
  for (let made = 0; made < count; made++) {
    const id = next();
    if (id <= last || id.length !== 27) assert.fail(`${last} is followed by ${id}`);
    last = id;
  }
  // It has run ahead of the clock by a millisecond; the clock catching up must not bring ids back.
  const ahead = take(next, 2);
  time += 1;
  const level = take(next, 2);
  time += 1;
  assertIncreasing([last, ...ahead, ...level, ...take(next, 2)]);
});

test('createMessageIds() makes distinct ids for sources with the same server, worker and clock', () => {
  const now = () => START;
  const ids = Array.from({ length: 200 }, () => take(createMessageIds(7, 1, { now }), 5)).flat();
  assert.equal(new Set(ids).size, ids.length);
});

test('createMessageIds() shows server and worker in the id, so that an operator can tell where a record came from', () => {
  const id = createMessageIds(1023, 36, { now: () => START })();
  assert.equal(id.slice(13, 17), 'SF10');
});

test('createMessageIds() gives a source at least 40 random bits', () => {
  const suffixes = Array.from({ length: 64 }, () => BigInt(parseInt(createMessageIds(0, 0)().slice(17), 36)));
  const all = suffixes.reduce((bits, suffix) => bits | suffix, 0n);
  // Each bit is set in one of 64 sources, save once in 2^64.
  assert.ok(all.toString(2).replaceAll('0', '').length >= 40);
  assert.equal(new Set(suffixes).size, suffixes.length);
});

test('toDerivedMessageId() writes the first 32 of 50 digits of the digest, which no clock makes', () => {
  const cases = {
    '3fafa1cf2f19a7c1129beb20cf0983f73a489a221fc0dd2f16d1be292d089205': '1L55DCMJB5MLNEAZWOEIVG85NCVZJUG3',
    ['f'.repeat(64)]: '6DP5QCB22IM238NR3WVP0IC7Q99W035J',
    ['0'.repeat(64)]: '0'.repeat(32),
  };
  for (const [digest, id] of Object.entries(cases)) {
    assert.equal(toDerivedMessageId(Buffer.from(digest, 'hex')), id);
    assert.notEqual(createMessageIds(0, 0)().length, id.length);
  }
});
