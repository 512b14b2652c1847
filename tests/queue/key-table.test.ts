// The table of keys by itself: how long an entry and a claim are good for, by both clocks.

import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createAnswerWriter, KEY_LIFE_MS, LEASE_S, type Moment, openKeyTable } from '../../src/queue/key-table.ts';

const START: Moment = { nowMs: 1_700_000_000_000, uptimeS: 1000 };
const body = Buffer.from('body');
const scope = Buffer.from('scope');
const claim = { scope, owner: 'me' };
const records = [{ id: 'A', recipient: 'a@example.org', queue: 'inbox' }];

function after({ ms = 0, s = 0 }: { readonly ms?: number; readonly s?: number }): Moment {
  return { nowMs: START.nowMs + ms, uptimeS: START.uptimeS + s };
}

function open() {
  const database = new DatabaseSync(':memory:');
  const table = openKeyTable(database);
  const count = () => Number(database.prepare('SELECT count(*) AS n FROM idempotency_key').get()?.['n']);
  return { database, table, count, writeAnswer: createAnswerWriter(database) };
}

test('A claim holds for its lease, whatever the wall clock does', () => {
  const { table } = open();
  table.claim({ ...claim, body }, START);
  for (
    const moment of [START, after({ s: LEASE_S - 1 }), after({ ms: 9 * KEY_LIFE_MS }), after({ ms: -KEY_LIFE_MS })]
  ) {
    assert.equal(table.find(scope, moment)?.owner, 'me');
  }
  assert.equal(table.find(scope, after({ s: LEASE_S }))?.owner, undefined);
  table.renew(claim, after({ s: LEASE_S - 1 }));
  assert.equal(table.find(scope, after({ s: LEASE_S }))?.owner, 'me');
});

test('A claim from before a restart of the machine holds no more', () => {
  const { table } = open();
  table.claim({ ...claim, body }, START);
  assert.equal(table.find(scope, { nowMs: START.nowMs + 60_000, uptimeS: 30 })?.owner, undefined);
  assert.deepEqual(table.find(scope, after({ s: 30 }))?.body, new Uint8Array(body));
});

test('An answer is kept for a day, and given back as it was', () => {
  const { table, writeAnswer } = open();
  table.claim({ ...claim, body }, START);
  assert.equal(writeAnswer(claim, records), true);
  assert.deepEqual(table.find(scope, after({ ms: KEY_LIFE_MS - 1 }))?.answer, records);
  assert.equal(table.find(scope, after({ ms: KEY_LIFE_MS })), undefined);
  assert.equal(table.find(scope, after({ ms: -KEY_LIFE_MS })), undefined);
});

test('An answer needs the claim, and is written once', () => {
  const { table, writeAnswer } = open();
  assert.equal(writeAnswer(claim, records), false);
  table.claim({ ...claim, body }, START);
  assert.equal(writeAnswer({ scope, owner: 'other' }, records), false);
  assert.equal(writeAnswer(claim, records), true);
  assert.equal(writeAnswer(claim, records), false);
});

test('A released claim leaves the body behind, a removed one nothing, and an answer stays', () => {
  const { table, writeAnswer } = open();
  table.claim({ ...claim, body }, START);
  table.release(claim);
  assert.deepEqual(table.find(scope, START), { body: new Uint8Array(body), owner: undefined, answer: undefined });
  table.claim({ ...claim, body }, START);
  table.remove({ scope, owner: 'other' });
  assert.equal(table.find(scope, START)?.owner, 'me');
  table.remove(claim);
  assert.equal(table.find(scope, START), undefined);
  table.claim({ ...claim, body }, START);
  writeAnswer(claim, records);
  table.release(claim);
  table.remove(claim);
  assert.deepEqual(table.find(scope, START)?.answer, records);
});

test('expire() removes what is too old or dated too far ahead, a few at a time, and no running claim', () => {
  const { table, count } = open();
  for (let index = 0; index < 20; index++) {
    table.claim({ scope: Buffer.from([index]), owner: 'me', body }, after({ ms: index < 10 ? 0 : 3 * KEY_LIFE_MS }));
  }
  const later = { ms: KEY_LIFE_MS + 1 };
  table.expire(after(later));
  assert.equal(count(), 20);
  table.expire(after({ ...later, s: LEASE_S }));
  assert.equal(count(), 4);
  table.expire(after({ ...later, s: LEASE_S }));
  assert.equal(count(), 0);
  table.claim({ ...claim, body }, START);
  table.expire(after({ ms: KEY_LIFE_MS - 1, s: LEASE_S }));
  assert.equal(count(), 1);
});
