// Standard error while its reader is slow, stuck or gone.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LogStream } from '../../src/telemetry/log-stream.ts';

function open(context: TestContext, { mostHeldBytes = 20, patienceMs = 30 } = {}) {
  const reports: string[] = [];
  const reader = { room: 0, calls: 0, read: '', error: 'EAGAIN' };
  const stream = new LogStream({
    name: 'stderr',
    descriptor: 2,
    report: (event, { sink, lost = '' }) => void reports.push(`${event} ${sink} ${lost}`.trim()),
    mostHeldBytes,
    patienceMs,
    write(_descriptor, bytes) {
      reader.calls++;
      const written = bytes.subarray(0, reader.room);
      if (written.length === 0) throw Object.assign(new Error(reader.error), { code: reader.error });
      reader.room -= written.length;
      reader.read += Buffer.from(written).toString();
      return written.length;
    },
  });
  context.after(() => stream.close());
  return { stream, reader, reports };
}

test('A LogStream writes on the spot while somebody reads', (context) => {
  const { stream, reader } = open(context);
  reader.room = Infinity;
  stream.write('a\n');
  stream.write('b\n');
  assert.equal(reader.read, 'a\nb\n');
});

test('A LogStream holds lines for a slow reader, in order', async (context) => {
  const { stream, reader, reports } = open(context);
  reader.room = 3;
  stream.write('one\n');
  stream.write('two\n');
  assert.equal(reader.read, 'one');
  reader.room = Infinity;
  stream.write('three\n');
  while (!reader.read.endsWith('three\n')) await sleep(1);
  stream.write('four\n');
  assert.equal(reader.read, 'one\ntwo\nthree\nfour\n');
  assert.deepEqual(reports, []);
});

test('A LogStream holds no more than so much, and says so once, and again how much was lost', async (context) => {
  const { stream, reader, reports } = open(context);
  for (const line of ['0123456789\n', '01234567\n', 'lost\n', 'lost too\n']) stream.write(line);
  assert.deepEqual(reports, ['log.failed stderr']);
  reader.room = Infinity;
  while (reports.length < 2) await sleep(1);
  assert.deepEqual(reports, ['log.failed stderr', 'log.restored stderr 2']);
  assert.equal(reader.read, '0123456789\n01234567\n');
});

test('A LogStream writes what it holds when it is closed', (context) => {
  const { stream, reader } = open(context);
  stream.write('a\n');
  reader.room = Infinity;
  stream.close();
  assert.equal(reader.read, 'a\n');
});

test('A LogStream that is closed does not wait for ever', (context) => {
  const { stream, reader } = open(context);
  stream.write('a\n');
  stream.close();
  assert.equal(reader.read, '');
  assert.ok(reader.calls > 1);
});

test('A LogStream whose reader is gone holds nothing', (context) => {
  const { stream, reader } = open(context);
  reader.error = 'EPIPE';
  stream.write('a\n');
  stream.close();
  assert.equal(reader.calls, 1);
});
