// Measures the embedded queue: records a second and the longest stop of the event loop, for several loads.
import { Buffer } from 'node:buffer';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import process from 'node:process';
import { openEmbeddedReader } from '../../src/queue/embedded-reader.ts';
import { openEmbeddedOutlet } from '../../src/queue/embedded.ts';
import type { EncodedRecord } from '../../src/queue/outlet.ts';

interface Load {
  readonly publishers: number;
  readonly bytes: number;
  readonly messages: number;
  readonly recipients: number;
}

const LOADS: readonly Load[] = [
  { publishers: 1, bytes: 4096, messages: 2_000, recipients: 1 },
  { publishers: 20, bytes: 4096, messages: 40_000, recipients: 1 },
  { publishers: 200, bytes: 4096, messages: 40_000, recipients: 1 },
  { publishers: 20, bytes: 100_000, messages: 2_000, recipients: 1 },
  { publishers: 20, bytes: 100_000, messages: 200, recipients: 100 },
  { publishers: 2, bytes: 16_000_000, messages: 20, recipients: 1 },
];

// A queue file elsewhere than in the temporary directory: another disk, for example.
const parent = process.argv[2] ?? tmpdir();

function makeMessage(index: number, { bytes, recipients }: Load): EncodedRecord[] {
  const content = Buffer.alloc(bytes, 'x');
  const end = Buffer.from('"}');
  return Array.from({ length: recipients }, (_, recipient) => {
    const id = `${index}-${recipient}`;
    const own = Buffer.from(`{"message-id":"${id}","mime":"`);
    const body = [own, content, end];
    const size = own.length + content.length + end.length;
    return { id, recipient: 'info@example.com', queue: 'inbox', priority: undefined, timestamp: 0, body, size };
  });
}

async function measure(load: Load): Promise<void> {
  const directory = mkdtempSync(join(parent, 'mailchute-bench-'));
  const path = join(directory, 'queue.db');
  try {
    const outlet = openEmbeddedOutlet({ path, log: { emit: () => {}, close: () => {} } });
    const delay = monitorEventLoopDelay({ resolution: 1 });
    let next = 0;
    delay.enable();
    const start = performance.now();
    await Promise.all(Array.from({ length: load.publishers }, async () => {
      while (next < load.messages) await outlet.publish(makeMessage(next++, load));
    }));
    const seconds = (performance.now() - start) / 1000;
    delay.disable();
    const log = statSync(`${path}-wal`).size;
    await outlet.drain();
    const taken = await takeAll(path);
    report(load, { seconds, stopMs: delay.max / 1e6, log, ...taken });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function takeAll(path: string): Promise<{ read: number; readSeconds: number }> {
  const reader = openEmbeddedReader({ path, queues: [], ack: true });
  const start = performance.now();
  const read = await reader.get('inbox', { count: undefined, ack: true }, () => Promise.resolve());
  const readSeconds = (performance.now() - start) / 1000;
  await reader.close();
  return { read, readSeconds };
}

interface Measured {
  readonly seconds: number;
  readonly stopMs: number;
  readonly log: number;
  readonly read: number;
  readonly readSeconds: number;
}

function report({ publishers, bytes, messages, recipients }: Load, measured: Measured): void {
  const { seconds, stopMs, log, read, readSeconds } = measured;
  console.log([
    `${publishers} publishers`,
    `${bytes} bytes`,
    `${recipients} recipients`,
    `${Math.round(messages / seconds)} messages/s`,
    `${Math.round(read / seconds)} records/s`,
    `longest stop ${stopMs.toFixed(0)} ms`,
    `log ${(log / 1e6).toFixed(0)} MB`,
    `taken out ${Math.round(read / readSeconds)} records/s`,
  ].join(', '));
}

for (const load of LOADS) await measure(load);
