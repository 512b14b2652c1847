// The received log: when its lines are written, and that none is lost in an orderly end.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createReceivedLog, type ReceivedRecord } from '../../src/telemetry/received-log.ts';
import { toProgramCommand } from '../support/program-command.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const RECORD: ReceivedRecord = {
  time: '2026-01-02T03:04:05.678Z',
  'message-id': 'A',
  outcome: 'accepted',
  door: 'smtp',
  session: 's1',
  recipient: 'a@example.org',
  queue: 'inbox',
};

function open(context: TestContext) {
  const path = join(makeTemporaryDirectory(context), 'received.log');
  const reports: string[] = [];
  const log = createReceivedLog(path, { report: (event) => void reports.push(event) });
  context.after(() => log.close());
  return { path, log, reports, read: () => readFileSync(path, 'utf8') };
}

test('The received log writes the lines of one turn together, one for each record', async (context) => {
  const { log, read } = open(context);
  log.write([RECORD, { ...RECORD, 'message-id': 'B' }]);
  log.write([{ ...RECORD, 'message-id': 'C', envelope: '\u202e\n@example.com' }]);
  assert.equal(read(), '');
  await setImmediate();
  const lines = read().split('\n');
  assert.equal(lines.pop(), '');
  assert.deepEqual(lines.map((line) => JSON.parse(line)), [
    RECORD,
    { ...RECORD, 'message-id': 'B' },
    { ...RECORD, 'message-id': 'C', envelope: '\u202e\n@example.com' },
  ]);
  assert.ok(lines[2]?.includes('"envelope":"\\u202e\\n@example.com"'));
});

test('The received log of a busy turn is written in between', (context) => {
  const { log, read } = open(context);
  for (let count = 0; count < 20; count++) log.write(Array.from({ length: 1000 }, () => RECORD));
  assert.ok(read().length > 1 << 18);
});

test('The received log writes what is held back before it opens its file again, and before it closes', (context) => {
  const { path, log, read, reports } = open(context);
  log.write([RECORD]);
  renameSync(path, `${path}.1`);
  log.reopen();
  log.write([{ ...RECORD, 'message-id': 'B' }]);
  log.close();
  assert.equal(JSON.parse(readFileSync(`${path}.1`, 'utf8'))['message-id'], 'A');
  assert.equal(JSON.parse(read())['message-id'], 'B');
  assert.deepEqual(reports, ['log.reopened']);
});

test('A process that exits on the spot leaves its events and received records behind', (context) => {
  const directory = makeTemporaryDirectory(context);
  const program = resolve(import.meta.dirname ?? '.', 'exit-program.ts');
  const [runtime = '', ...args] = toProgramCommand(program, [directory]);
  const { status, stderr } = spawnSync(runtime, args, { encoding: 'utf8' });
  assert.equal(status, 7);
  const events = readFileSync(join(directory, 'events.log'), 'utf8');
  assert.deepEqual(stderr.split('\n'), events.split('\n'));
  assert.equal(events.split('\n').length, 1002);
  assert.equal(JSON.parse(events.trimEnd().split('\n').at(-1) ?? '')['event'], 'message.accepted');
  assert.equal(JSON.parse(readFileSync(join(directory, 'received.log'), 'utf8'))['message-id'], 'A');
});
