// Fills the small disk of its argument with records and with another file, empties it again, and prints what it saw.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { openEmbeddedReader } from '../../src/queue/embedded-reader.ts';
import { openEmbeddedOutlet } from '../../src/queue/embedded.ts';
import { STORED } from '../../src/queue/outlet.ts';
import type { EventName } from '../../src/telemetry/events.ts';
import { makeRecord } from '../support/records.ts';

const MIB = 1024 * 1024;
const directory = process.argv[2] ?? '';
const path = join(directory, 'queue.db');
const filler = join(directory, 'filler');
const events: EventName[] = [];
let announce = (_event: EventName) => {};
const outlet = openEmbeddedOutlet({
  path,
  log: {
    emit(event) {
      events.push(event);
      announce(event);
    },
    close: () => {},
  },
});

function makeLargeRecord(id: string, size = MIB) {
  return makeRecord(id, { body: [Buffer.from(JSON.stringify({ id, pad: 'x'.repeat(size) }))] });
}

/** Publishes until the disk is full; returns how many records were stored. */
async function fill(): Promise<number> {
  for (let records = 0;; records++) {
    const [result] = await outlet.publish([makeLargeRecord(`FILL${records}`)]);
    assert.ok(result !== undefined && records < 1000);
    if (result.stored) continue;
    assert.equal(result.fault, 'full');
    assert.match(result.detail, /^queue-path .*queue\.db: the disk is full/);
    return records;
  }
}

async function takeAll(): Promise<number> {
  const reader = openEmbeddedReader({ path, queues: ['inbox'], ack: true });
  const records = await reader.get('inbox', { count: undefined, ack: true }, () => Promise.resolve());
  await reader.close();
  return records;
}

function nextEvent(wanted: EventName): Promise<void> {
  return new Promise((resolve) => {
    announce = (event) => event === wanted && resolve();
  });
}

// The queue itself fills the disk, and reading it empty is the way out.
const stored = await fill();
assert.ok(stored > 3, `${stored} records`);
assert.equal(await takeAll(), stored);
assert.deepEqual(await outlet.publish([makeLargeRecord('ROOM')]), [STORED]);
assert.equal(await takeAll(), 1);

// Something else fills it; only a large message is turned away while small ones still fit.
writeFileSync(filler, Buffer.alloc(8 * MIB));
const [small, large, another] = await Promise.all(
  [['S1', 10], ['LARGE', 24 * MIB], ['S2', 10]].map(([id, size]) =>
    outlet.publish([makeLargeRecord(String(id), Number(size))])
  ),
);
assert.deepEqual([small, another], [[STORED], [STORED]]);
assert.ok(large?.[0]?.stored === false && large[0].fault === 'full');
assert.equal(outlet.health().ready, true);

// Then nothing fits, which the health says until there is room again.
const full = nextEvent('outlet.unavailable');
try {
  writeFileSync(filler, Buffer.alloc(1024 * MIB));
} catch (error) {
  assert.match(String(error), /ENOSPC|No space left/);
}
assert.equal((await outlet.publish([makeLargeRecord('LOST')]))[0]?.stored, false);
await full;
assert.match(outlet.health().reasons.join(), /the disk is full/);
const recovered = nextEvent('outlet.ready');
rmSync(filler);
// The outlet's own timer keeps no process alive.
const alive = setInterval(() => {}, 1000);
await recovered;
clearInterval(alive);
assert.deepEqual(outlet.health(), { ready: true, reasons: [] });
assert.deepEqual(await outlet.publish([makeLargeRecord('AFTER')]), [STORED]);
await outlet.drain();

const database = new DatabaseSync(path);
assert.deepEqual(database.prepare('SELECT id FROM record ORDER BY seq').all().map(({ id }) => id), [
  'S1',
  'S2',
  'AFTER',
]);
assert.deepEqual({ ...database.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' });
database.close();
console.log(JSON.stringify({ stored, events }));
