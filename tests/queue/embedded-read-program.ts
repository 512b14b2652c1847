// Takes all records out of the queue file in its argument and prints each id before it is acknowledged.
import { Buffer } from 'node:buffer';
import { writeSync } from 'node:fs';
import process from 'node:process';
import { openEmbeddedReader } from '../../src/queue/embedded-reader.ts';

const reader = openEmbeddedReader({ path: process.argv[2] ?? '', queues: ['inbox'], ack: true });
await reader.get('inbox', { count: undefined, ack: true }, (body) => {
  writeSync(1, `${JSON.parse(Buffer.from(body).toString())['message-id']}\n`);
  return Promise.resolve();
});
await reader.close();
