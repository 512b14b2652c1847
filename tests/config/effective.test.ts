// From settings to values: empty values, fallbacks, files that must be there.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadText } from '../support/load-text.ts';

test('an empty value means not set, also on top of an earlier source', () => {
  const { config, given, faults } = loadText({
    file: 'smtp-timeout: 5\nrabbitmq-address: amqp://h\nsmtp-range: ::/0\n',
    argv: ['--smtp-timeout=', '--rabbitmq-address=', '--smtp-range='],
  });
  assert.deepEqual(faults, []);
  assert.deepEqual([config['smtp-timeout'], config['rabbitmq-address'], config['smtp-range']], [
    300,
    undefined,
    undefined,
  ]);
  assert.deepEqual([...given.keys()], []);
});

test('empty ports are none, and not the default', () => {
  const { config, given } = loadText({ file: 'smtp-port:\nhttp-port: 0\n' });
  assert.deepEqual([config['smtp-port'], config['http-port']], [[], []]);
  assert.deepEqual(given.get('smtp-port'), { text: '', origin: 'config.txt:1', where: 'config.txt:1: smtp-port' });
});

test('a repeatable key keeps the places of its parts; a single one is its own place', () => {
  const argv = ['--smtp-auth=file:///a', '--smtp-auth=file:///b'];
  const where = 'command line --smtp-auth';
  assert.deepEqual(loadText({ argv }).given.get('smtp-auth'), {
    text: 'file:///a file:///b',
    origin: where,
    where,
    parts: [{ text: 'file:///a', where }, { text: 'file:///b', where }],
  });
  assert.equal(loadText({ argv: argv.slice(1) }).given.get('smtp-auth')?.parts, undefined);
});

test('a bare switch is yes', () => {
  const { config, given } = loadText({ argv: ['--rabbitmq-lazy'] });
  assert.equal(config['rabbitmq-lazy'], true);
  assert.equal(given.get('rabbitmq-lazy')?.text, 'true');
});

test('a faulty value leaves the default', () => {
  const { config, faults } = loadText({ file: 'smtp-port: x\nserver-id: 7' });
  assert.deepEqual([config['smtp-port'], config['server-id'], faults.length], [[25], 7, 1]);
});

const inboxes = [
  { file: '', inbox: 'inbox', origin: undefined },
  { file: 'rabbitmq-outbox: out', inbox: 'out', origin: 'config.txt:1' },
  { file: 'rabbitmq-queue: q', inbox: 'q', origin: 'config.txt:1' },
  { file: 'rabbitmq-outbox:', inbox: 'inbox', origin: undefined },
  { file: 'rabbitmq-inbox: in', inbox: 'in', origin: 'config.txt:1' },
];

for (const { file, inbox, origin } of inboxes) {
  test(`the inbox of ${JSON.stringify(file)} is ${inbox}`, () => {
    const { config, given, faults, warnings } = loadText({ file });
    assert.deepEqual([faults, warnings], [[], []]);
    assert.deepEqual([config['rabbitmq-inbox'], given.get('rabbitmq-inbox')?.origin], [inbox, origin]);
  });
}

test('rabbitmq-inbox wins over rabbitmq-outbox from any source, with a warning', () => {
  const { config, warnings } = loadText({ file: 'rabbitmq-inbox: in', argv: ['--rabbitmq-outbox=out'] });
  assert.equal(config['rabbitmq-inbox'], 'in');
  assert.deepEqual(warnings, [
    'command line --rabbitmq-outbox: has no effect here: rabbitmq-inbox (config.txt:1) is given',
  ]);
});

test('an empty rabbitmq-inbox is a fault, with rabbitmq-outbox too, until somebody gives a name', () => {
  const file = 'rabbitmq-inbox:\nrabbitmq-outbox: out\n';
  const fault = 'config.txt:1: rabbitmq-inbox: must not be empty: nothing that was accepted is thrown away';
  assert.deepEqual(loadText({ file }).faults, [fault]);
  assert.deepEqual(loadText({ file, argv: ['--rabbitmq-inbox=in'] }).faults, []);
});

test('a file that must be there is looked for at once', () => {
  const file = 'rabbitmq-ca: /ca.pem';
  const where = 'config.txt:1: rabbitmq-ca: /ca.pem cannot be read:';
  assert.deepEqual(loadText({ file, files: { '/ca.pem': 'x' } }).faults, []);
  assert.deepEqual(loadText({ file }).faults, [`${where} no such file (ENOENT), check the path`]);
  assert.deepEqual(loadText({ file, files: { '/ca.pem': { errno: 'EACCES' } } }).faults, [
    `${where} permission denied (EACCES), let the user that runs mailchute read it`,
  ]);
});
