// The ledger of keys: one claim for any number of requests, over processes, restarts, locks and a full disk.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import type { ClaimOutcome, KeyLedger } from '../../src/queue/key-claim.ts';
import { createKeyOwner } from '../../src/queue/key-owner.ts';
import { openKeyFile } from '../../src/queue/key-file.ts';
import { createKeyLedger, type KeyLedgerOptions } from '../../src/queue/key-ledger.ts';
import { KEY_LIFE_MS, LEASE_S } from '../../src/queue/key-table.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const request = { scope: Buffer.from('scope'), body: Buffer.from('body') };
const other = { ...request, body: Buffer.from('other') };
const records = [{ id: 'A', recipient: 'a@example.org', queue: 'inbox' }];

function makePath(context: TestContext): string {
  return join(makeTemporaryDirectory(context), 'queue.db.keys');
}

function open(context: TestContext, path: string, options: Partial<KeyLedgerOptions> = {}): KeyLedger {
  const ledger = createKeyLedger({ path, open: () => openKeyFile(path), log: createRecordingLog(), ...options });
  context.after(() => ledger.close());
  return ledger;
}

function claimOf(outcome: ClaimOutcome) {
  assert.equal(outcome.state, 'claimed');
  return (outcome as Extract<ClaimOutcome, { readonly state: 'claimed' }>).claim;
}

test('Of many requests with one key one gets the claim, and later ones its answer', async (context) => {
  const path = makePath(context);
  const ledgers = [open(context, path), open(context, path, { owner: createKeyOwner(process.ppid) })];
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, index) => ledgers[index % 2]?.claim(request) ?? assert.fail()),
  );
  const claimed = outcomes.filter(({ state }) => state === 'claimed');
  assert.equal(claimed.length, 1);
  assert.equal(outcomes.filter(({ state }) => state === 'running').length, 19);
  const claim = claimOf(claimed[0] ?? assert.fail());
  const [holder = assert.fail()] = ledgers;
  assert.deepEqual(await holder.claim(other), { state: 'different' });
  await holder.answer(claim, records);
  await holder.end(claim, 'answered');
  for (const ledger of [...ledgers, open(context, path)]) {
    assert.deepEqual(await ledger.claim(request), { state: 'answered', records });
    assert.deepEqual(await ledger.claim(other), { state: 'different' });
  }
});

test('A deferred request may be repeated with its own body only, a rejected one with any', async (context) => {
  const ledger = open(context, makePath(context));
  await ledger.end(claimOf(await ledger.claim(request)), 'deferred');
  assert.deepEqual(await ledger.claim(other), { state: 'different' });
  await ledger.end(claimOf(await ledger.claim(request)), 'rejected');
  claimOf(await ledger.claim(other));
});

test('The claim of a process that is gone is free at once, that of one out of sight after its lease', async (context) => {
  for (const { owner, waits } of [{ owner: createKeyOwner(), waits: false }, { owner: 'pid:[1] 1 x', waits: true }]) {
    const path = makePath(context);
    let uptimeS = 500;
    const clock = () => ({ nowMs: 1_700_000_000_000, uptimeS });
    claimOf(await open(context, path, { owner, clock }).claim(request));
    const next = open(context, path, { clock });
    if (waits) assert.deepEqual(await next.claim(request), { state: 'running' });
    assert.deepEqual(await next.claim(other), { state: 'different' });
    if (waits) uptimeS += LEASE_S;
    claimOf(await next.claim(request));
  }
});

test('A lease that is over does not let a process claim twice what it is still doing', async (context) => {
  let uptimeS = 500;
  const clock = () => ({ nowMs: 1_700_000_000_000, uptimeS });
  const ledger = open(context, makePath(context), { clock });
  claimOf(await ledger.claim(request));
  uptimeS += 10 * LEASE_S;
  assert.deepEqual(await ledger.claim(request), { state: 'running' });
});

test('A claim is renewed for as long as it is held', async (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  let uptimeS = 500;
  const clock = () => ({ nowMs: 1_700_000_000_000, uptimeS });
  const path = makePath(context);
  const ledger = open(context, path, { owner: 'pid:[1] 1 x', clock });
  const looker = open(context, path, { clock });
  const claim = claimOf(await ledger.claim(request));
  uptimeS += LEASE_S - 1;
  context.mock.timers.tick(LEASE_S * 1000);
  uptimeS += LEASE_S - 1;
  assert.deepEqual(await looker.claim(request), { state: 'running' });
  await ledger.end(claim, 'deferred');
  claimOf(await looker.claim(request));
});

test('A day later a key is as good as new', async (context) => {
  let nowMs = 1_700_000_000_000;
  const ledger = open(context, makePath(context), { clock: () => ({ nowMs, uptimeS: 1 }) });
  const claim = claimOf(await ledger.claim(request));
  await ledger.answer(claim, records);
  await ledger.end(claim, 'answered');
  nowMs += KEY_LIFE_MS;
  claimOf(await ledger.claim(other));
});

test('A locked file is waited for', async (context) => {
  const path = makePath(context);
  const ledger = open(context, path);
  await ledger.claim({ ...request, scope: Buffer.from('first') });
  const locker = new DatabaseSync(path);
  context.after(() => locker.close());
  locker.exec('BEGIN IMMEDIATE');
  const outcome = ledger.claim(request);
  const timer = setTimeout(() => locker.exec('COMMIT'), 150);
  await once(AbortSignal.timeout(1), 'abort');
  claimOf(await outcome);
  clearTimeout(timer);
});

test('A file that cannot be opened makes requests wait for the operator, and is tried again', async (context) => {
  const log = createRecordingLog();
  const path = makePath(context);
  let isBroken = true;
  const ledger = open(context, path, {
    log,
    open: () => {
      if (isBroken) throw new Error('attempt to write a readonly database');
      return openKeyFile(path);
    },
  });
  const outcome = await ledger.claim(request);
  assert.equal(outcome.state === 'unavailable' && outcome.fault, 'unavailable');
  assert.deepEqual(log.events.map(({ event }) => event), ['idempotency.unavailable']);
  isBroken = false;
  claimOf(await ledger.claim(request));
});

test('A file that has no room for a key says so, and goes on giving the answers it has', async (context) => {
  const path = makePath(context);
  const ledger = open(context, path, {
    open: () => {
      const database = openKeyFile(path);
      database.exec('CREATE TABLE IF NOT EXISTS filler (x); PRAGMA max_page_count = 16');
      return database;
    },
  });
  const claim = claimOf(await ledger.claim(request));
  await ledger.answer(claim, records);
  await ledger.end(claim, 'answered');
  let outcome: ClaimOutcome = { state: 'running' };
  for (let index = 0; index < 2000 && outcome.state !== 'unavailable'; index++) {
    outcome = await ledger.claim({ ...request, scope: Buffer.from(`${index}`.padEnd(255)) });
  }
  assert.equal(outcome.state === 'unavailable' && outcome.fault, 'full');
  assert.deepEqual(await ledger.claim(request), { state: 'answered', records });
});

test('A closed ledger takes nothing', async (context) => {
  const ledger = open(context, makePath(context));
  const claim = claimOf(await ledger.claim(request));
  ledger.close();
  assert.equal((await ledger.claim(other)).state, 'unavailable');
  await assert.rejects(ledger.answer(claim, records), /stopping/);
  await ledger.end(claim, 'deferred');
});
