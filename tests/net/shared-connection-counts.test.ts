// Connections that another process counts, by address.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedConnectionCounts } from '../../src/net/shared-connection-counts.ts';
import { createFakeHolds } from '../support/fake-holds.ts';

test('SharedConnectionCounts asks for each connection of an address', async () => {
  const { take, requests, open } = createFakeHolds(2);
  const counts = new SharedConnectionCounts(take);
  const entered = [];
  for (const address of ['a', 'a', 'a', 'b']) entered.push(await counts.tryEnter(address));
  assert.deepEqual(entered, [true, true, false, true]);
  assert.deepEqual(requests[0], { what: 'address', key: 'a' });
  assert.equal(counts.addresses, 2);
  counts.leave('a');
  assert.equal(open.get('a'), 1);
  assert.equal(counts.addresses, 2);
  assert.equal(await counts.tryEnter('a'), true);
});

test('SharedConnectionCounts forgets an address without connections', async () => {
  const { take, released } = createFakeHolds(1);
  const counts = new SharedConnectionCounts(take);
  await counts.tryEnter('a');
  counts.leave('a');
  counts.leave('a');
  assert.equal(counts.addresses, 0);
  assert.equal(released.length, 1);
});
