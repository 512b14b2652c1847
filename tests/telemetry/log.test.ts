import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createLog, type LogOptions } from '../../src/telemetry/log.ts';
import { toProgramCommand } from '../support/program-command.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const TIME = new Date('2026-11-21T08:39:49.123Z');

function open(context: TestContext, options: Partial<LogOptions> = {}) {
  const path = join(makeTemporaryDirectory(context), 'events.log');
  const log = createLog({ sinks: [path], format: undefined, now: () => TIME, ...options });
  return { path, log, read: () => readFileSync(path, 'utf8') };
}

test('createLog() gives level, time, its own fields, event and sentence before the fields of the event', (context) => {
  const { log, read } = open(context, { fields: { worker: 2 } });
  log.emit('smtp.listening', { address: '127.0.0.1', port: 25, skipped: undefined, none: null, ids: ['A', 'B'] });
  log.close();
  const head = { level: 'info', time: '2026-11-21T08:39:49.123Z', worker: 2, event: 'smtp.listening' };
  const fields = { address: '127.0.0.1', port: 25, none: null, ids: ['A', 'B'] };
  assert.equal(read(), `${JSON.stringify({ ...head, text: 'SMTP door open', ...fields })}\n`);
});

test('createLog() writes each level by its name', (context) => {
  const { log, read } = open(context);
  for (const event of ['gateway.started', 'config.warning', 'gateway.fault'] as const) log.emit(event);
  log.close();
  assert.deepEqual(read().trimEnd().split('\n').map((line) => JSON.parse(line)['level']), ['info', 'warning', 'error']);
});

test('createLog() leaves nothing in a JSON line that breaks it or drives a terminal', (context) => {
  const { log, read } = open(context);
  const helo = 'a\n\r\x1b[2J\x9b2J\u2028\u202e"\\\0\ud800';
  log.emit('smtp.session.opened', { helo });
  log.close();
  assert.doesNotMatch(read().slice(0, -1), /[\p{C}\p{Zl}\p{Zp}]/u);
  assert.equal(JSON.parse(read())['helo'], helo);
});

test('createLog() writes text where that is asked for', (context) => {
  const { log, read } = open(context, { format: 'text', fields: { worker: 2 } });
  log.emit('gateway.stopped');
  log.emit('smtp.listening', { port: 25 });
  log.close();
  assert.deepEqual(read().split('\n'), [
    '2026-11-21 08:39:49 info    Gateway stopped                  worker=2',
    '2026-11-21 08:39:49 info    SMTP door open                   worker=2 port=25',
    '',
  ]);
});

test('createLog() writes to all sinks, and opens files again when told to', (context) => {
  const directory = makeTemporaryDirectory(context);
  const [first, second] = [join(directory, '1.log'), join(directory, '2.log')];
  const log = createLog({ sinks: [first, second], format: 'json' });
  log.emit('gateway.started');
  for (const path of [first, second]) renameSync(path, `${path}.1`);
  log.reopen();
  log.emit('gateway.stopped');
  log.close();
  const events = (path: string) =>
    readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line)['event']);
  // The first file tells the second one, which is still the old file then.
  assert.deepEqual(events(`${first}.1`), ['gateway.started']);
  assert.deepEqual(events(`${second}.1`), ['gateway.started', 'log.reopened']);
  assert.deepEqual(events(first), ['log.reopened', 'log.reopened', 'gateway.stopped']);
  assert.deepEqual(events(second), ['log.reopened', 'gateway.stopped']);
});

test('createLog() tells its other sinks of a file that cannot be written, once', (context) => {
  const path = join(makeTemporaryDirectory(context), 'events.log');
  const both = createLog({ sinks: ['/dev/full', path], format: 'json' });
  both.emit('gateway.started');
  both.emit('gateway.stopped');
  both.close();
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ event }) => event), ['log.failed', 'gateway.started', 'gateway.stopped']);
  assert.equal(lines[0]['sink'], '/dev/full');
});

test('createLog() writes the sessions and accepted messages of one turn together, and before what comes after them', async (context) => {
  const { log, read } = open(context);
  const events = () => read().trimEnd().split('\n').filter(Boolean).map((line) => JSON.parse(line)['event']);
  log.emit('smtp.session.opened', { session: 'a' });
  log.emit('message.accepted', { session: 'a' });
  log.emit('smtp.session.closed', { session: 'a' });
  assert.deepEqual(events(), []);
  log.emit('message.deferred', { session: 'b' });
  assert.deepEqual(events(), ['smtp.session.opened', 'message.accepted', 'smtp.session.closed', 'message.deferred']);
  log.emit('message.accepted', { session: 'c' });
  await new Promise(setImmediate);
  assert.equal(events().length, 5);
  log.emit('message.accepted', { session: 'd' });
  log.close();
  assert.equal(events().length, 6);
});

test('createLog() keeps a bounded part of a turn', (context) => {
  const { log, read } = open(context);
  for (let count = 0; count < 300; count++) log.emit('message.accepted', { session: 'x'.repeat(1000) });
  assert.ok(read().length > 250_000);
  log.close();
});

test('createLog() throws when a file cannot be opened', (context) => {
  const path = join(makeTemporaryDirectory(context), 'directory');
  mkdirSync(path);
  assert.throws(() => createLog({ sinks: [path], format: 'json' }), /Cannot open the log file \/.*directory/);
});

test('createLog() loses no line to a slow reader of its pipe', (context) => {
  const program = resolve(import.meta.dirname ?? '.', 'log-program.ts');
  const path = join(makeTemporaryDirectory(context), 'lines');
  const command = toProgramCommand(program).map((word) => `'${word}'`).join(' ');
  execFileSync('sh', ['-c', `${command} 2>&1 | (sleep 1; cat) > ${path}`]);
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  assert.equal(lines.length, 5000);
  assert.ok(lines.every((line, index) => JSON.parse(line)['port'] === index));
});
