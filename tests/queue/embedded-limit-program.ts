// Publishes into the queue file of its argument until the limit on file sizes stops it, takes all out and goes on.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import process from 'node:process';
import { openEmbeddedReader } from '../../src/queue/embedded-reader.ts';
import { openEmbeddedOutlet } from '../../src/queue/embedded.ts';
import { STORED } from '../../src/queue/outlet.ts';
import { makeRecord } from '../support/records.ts';

const path = process.argv[2] ?? '';
const body = [Buffer.alloc(1_000_000, 'x')];
const outlet = openEmbeddedOutlet({ path, log: { emit: () => {}, close: () => {} } });
let stored = 0;
for (;;) {
  assert.ok(stored < 1000);
  const [result] = await outlet.publish([makeRecord(`ID${stored}`, { body })]);
  assert.ok(result !== undefined);
  if (!result.stored) {
    console.log(`${result.fault}: ${result.detail}`);
    break;
  }
  stored++;
}
assert.ok(stored > 0);
const reader = openEmbeddedReader({ path, queues: ['inbox'], ack: true });
let bytes = 0;
await reader.get('inbox', { count: undefined, ack: false }, (record) => {
  bytes += record.length;
  return Promise.resolve();
});
assert.equal(bytes, stored * 1_000_000);
assert.deepEqual(await outlet.publish([makeRecord('SMALL')]), [STORED]);
await outlet.close();
