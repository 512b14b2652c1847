import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { createLog, toJsonLine, toTextLine } from '../../src/telemetry/log.ts';
import { toProgramCommand } from '../support/program-command.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const TIME = new Date('2026-11-21T08:39:49.123Z');

test('toJsonLine() gives time, level, event and sentence before the fields', () => {
  const line = toJsonLine('smtp.listening', { address: '127.0.0.1', port: 25, skipped: undefined }, TIME);
  const expected = { time: '2026-11-21T08:39:49.123Z', level: 'info', event: 'smtp.listening', text: 'SMTP door open' };
  assert.equal(line, `${JSON.stringify({ ...expected, address: '127.0.0.1', port: 25 })}\n`);
});

test('toTextLine() gives a line for people and leaves out what is undefined', () => {
  const line = toTextLine('smtp.listening', { address: '127.0.0.1', port: 25, skipped: undefined }, TIME);
  assert.equal(line, '2026-11-21 08:39:49 info    SMTP door open address=127.0.0.1 port=25\n');
});

const hostile = ['two words', 'a=b', 'line\nbreak', 'carriage\rreturn', '\x1b[2J', 'quo"te', 'nul\0', '\x9b2J', ''];
for (const value of hostile) {
  test(`toTextLine() quotes ${JSON.stringify(value)}, so that a peer can neither forge a line nor drive a terminal`, () => {
    const line = toTextLine('smtp.session.opened', { helo: value }, TIME);
    assert.doesNotMatch(line.slice(0, -1), /[\x00-\x1f]/);
    assert.ok(line.endsWith(`helo=${JSON.stringify(value)}\n`), line);
  });
}

test('toTextLine() joins lists', () => {
  assert.match(toTextLine('message.accepted', { ids: ['A', 'B'] }, TIME), /ids="A, B"\n$/);
});

test('createLog() puts its own fields into every event', (context) => {
  const path = join(makeTemporaryDirectory(context), 'events.log');
  const log = createLog({ sinks: [path], format: 'text', fields: { worker: 2 }, now: () => TIME });
  log.emit('gateway.stopped');
  log.emit('smtp.listening', { port: 25 });
  log.close();
  const [first, second] = readFileSync(path, 'utf8').split('\n');
  assert.equal(first, '2026-11-21 08:39:49 info    Gateway stopped worker=2');
  assert.equal(second, '2026-11-21 08:39:49 info    SMTP door open worker=2 port=25');
});

test('createLog() appends to files that others may not read', (context) => {
  const path = join(makeTemporaryDirectory(context), 'events.log');
  for (const port of [25, 26]) {
    const log = createLog({ sinks: [path], format: 'json', now: () => TIME });
    log.emit('smtp.listening', { port });
    log.close();
  }
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ port }) => port), [25, 26]);
  assert.equal(statSync(path).mode & 0o007, 0);
});

test('createLog() throws when a file cannot be opened', (context) => {
  const path = join(makeTemporaryDirectory(context), 'directory');
  mkdirSync(path);
  assert.throws(() => createLog({ sinks: [path], format: 'json' }));
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
