// Connections counted by address: capped each for itself, and forgotten when the last one is gone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectionCounts } from '../../src/net/connection-counts.ts';

test('ConnectionCounts caps each address for itself', () => {
  const counts = new ConnectionCounts(2);
  const enter = (address: string) => counts.tryEnter(address);
  assert.deepEqual(['a', 'a', 'a', 'b', 'b', 'b'].map(enter), [true, true, false, true, true, false]);
  counts.leave('a');
  assert.deepEqual(['a', 'a', 'b'].map(enter), [true, false, false]);
});

test('ConnectionCounts forgets an address without connections', () => {
  const counts = new ConnectionCounts(1);
  for (let index = 0; index < 1000; index++) {
    assert.equal(counts.tryEnter(`10.0.${index >> 8}.${index & 255}`), true);
  }
  assert.equal(counts.addresses, 1000);
  for (let index = 0; index < 1000; index++) counts.leave(`10.0.${index >> 8}.${index & 255}`);
  assert.equal(counts.addresses, 0);
});

test('ConnectionCounts without a limit lets everybody in', () => {
  const counts = new ConnectionCounts(0);
  for (let index = 0; index < 10_000; index++) assert.equal(counts.tryEnter('a'), true);
});
