import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Publication } from '../../src/queue/amqp-publication.ts';
import { AmqpWindow } from '../../src/queue/amqp-window.ts';
import { type PublishResult, STORED } from '../../src/queue/outlet.ts';
import { makeRecord } from '../support/records.ts';

interface Bounds {
  readonly maxRecords?: number;
  readonly maxBytes?: number;
  readonly timeoutMs?: number;
}

function openWindow({ maxRecords = 2, maxBytes = 100, timeoutMs = 60_000 }: Bounds = {}) {
  const entered: string[] = [];
  const results: [string, PublishResult][] = [];
  const window = new AmqpWindow({ maxRecords, maxBytes, timeoutMs, onEnter: ({ record }) => entered.push(record.id) });
  const publications = new Map<string, Publication>();
  const enter = (id: string, size = 10) => {
    const settle = (result: PublishResult) => void results.push([id, result]);
    const publication = { record: makeRecord(id), compressed: undefined, size, settle };
    publications.set(id, publication);
    window.enter(publication);
  };
  const leave = (id: string) => {
    const publication = publications.get(id);
    assert.ok(publication);
    window.leave(publication);
  };
  return { window, entered, results, enter, leave };
}

test('AmqpWindow lets in as many records as it holds, and the next when one leaves', () => {
  const { window, entered, enter, leave } = openWindow({ maxRecords: 2 });
  for (const id of ['a', 'b', 'c', 'd']) enter(id);
  assert.deepEqual(entered, ['a', 'b']);
  leave('a');
  assert.deepEqual(entered, ['a', 'b', 'c']);
  assert.equal(window.waiting, 1);
  window.failWaiting(STORED);
});

test('AmqpWindow bounds the bytes in flight, and nothing overtakes what waits for them', () => {
  const { window, entered, enter, leave } = openWindow({ maxRecords: 10, maxBytes: 100 });
  enter('a', 60);
  enter('b', 60);
  enter('small', 1);
  assert.deepEqual(entered, ['a']);
  leave('a');
  assert.deepEqual(entered, ['a', 'b', 'small']);
  assert.equal(window.inFlight, 2);
});

test('AmqpWindow lets a record in that is larger than itself when it is alone', () => {
  const { window, entered, enter, leave } = openWindow({ maxBytes: 100 });
  enter('a', 1);
  enter('huge', 1_000);
  assert.deepEqual(entered, ['a']);
  leave('a');
  assert.deepEqual(entered, ['a', 'huge']);
  leave('huge');
  assert.equal(window.inFlight, 0);
});

test('AmqpWindow settles what waits too long as blocked', async () => {
  const { promise, resolve } = Promise.withResolvers<PublishResult>();
  const window = new AmqpWindow({ maxRecords: 1, maxBytes: 100, timeoutMs: 5, onEnter: () => {} });
  window.enter({ record: makeRecord('a'), compressed: undefined, size: 1, settle: () => {} });
  window.enter({ record: makeRecord('b'), compressed: undefined, size: 1, settle: resolve });
  const result = await promise;
  assert.equal(result.stored, false);
  assert.equal(!result.stored && result.fault, 'blocked');
});

test('AmqpWindow settles everything that waits at once when told to', () => {
  const { window, results, enter } = openWindow({ maxRecords: 1 });
  for (const id of ['a', 'b', 'c']) enter(id);
  const result: PublishResult = { stored: false, fault: 'unavailable', detail: 'gone' };
  window.failWaiting(result);
  assert.deepEqual(results, [['b', result], ['c', result]]);
  assert.equal(window.waiting, 0);
});

test('AmqpWindow survives thousands of waiting records that fail as they enter', () => {
  const failed: string[] = [];
  const window: AmqpWindow = new AmqpWindow({
    maxRecords: 1,
    maxBytes: 100,
    timeoutMs: 60_000,
    onEnter: (publication) => {
      if (publication.record.id === 'first') return;
      failed.push(publication.record.id);
      window.leave(publication);
    },
  });
  const make = (id: string): Publication => ({
    record: makeRecord(id),
    compressed: undefined,
    size: 1,
    settle: () => {},
  });
  const first = make('first');
  window.enter(first);
  for (let i = 0; i < 20_000; i++) window.enter(make(String(i)));
  window.leave(first);
  assert.equal(failed.length, 20_000);
  assert.equal(window.inFlight, 0);
});
