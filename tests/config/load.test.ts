// The whole way from sources to a configuration: precedence, files, and a real MailerQ file.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { toFaultLine } from '../../src/config/fault.ts';
import { loadConfig } from '../../src/config/load.ts';
import { loadText } from '../support/load-text.ts';
import { memoryFiles } from '../support/memory-files.ts';

const layers = [
  { system: 'server-id: 1' },
  { file: 'server-id: 2' },
  { env: { MAILCHUTE_SERVER_ID: '3' } },
  { argv: ['--server-id=4'] },
];
const origins = [
  '/etc/mailchute/config.txt:1',
  'config.txt:1',
  'environment MAILCHUTE_SERVER_ID',
  'command line --server-id',
];

test('loadConfig() takes defaults from no source at all', () => {
  const { config, given, faults, warnings } = loadText({});
  assert.deepEqual([config['server-id'], given.size, faults, warnings], [0, 0, [], []]);
});

layers.forEach((_, top) => {
  test(`loadConfig() lets ${origins[top]} win over what comes before it`, () => {
    const { config, given, warnings } = loadText(Object.assign({}, ...layers.slice(0, top + 1)));
    assert.deepEqual([config['server-id'], given.get('server-id')?.origin, warnings], [top + 1, origins[top], []]);
  });
});

test('loadConfig() reads the system file in addition to --config-file, and only once', () => {
  const { config } = loadText({ system: 'server-id: 1\nsmtp-timeout: 5', file: 'server-id: 2' });
  assert.deepEqual([config['server-id'], config['smtp-timeout']], [2, 5]);
  const twice = loadText({ system: 'foo: 1', argv: ['--config-file=/etc/mailchute/config.txt'] });
  assert.equal(twice.faults.length, 1);
});

test('loadConfig() names every fault of every source in one run', () => {
  const { faults } = loadText({
    system: 'smtp-port: x',
    file: 'nonsense\nsmtp-rnage: 1.2.3.4\nrabbitmq-host: h',
    env: { MAILCHUTE_SMTP_PORT: '0x19' },
    argv: ['--smtp-port=99999', 'stray'],
  });
  assert.deepEqual(faults, [
    'command line: unexpected "stray", settings are --KEY=VALUE',
    'config.txt:1: has no colon, expected "key: value"',
    '/etc/mailchute/config.txt:1: smtp-port: "x" is not a port, expected ports as in 25,2525,1024-1026',
    'config.txt:2: smtp-rnage: unknown key, the nearest known one is smtp-range',
    'environment MAILCHUTE_SMTP_PORT: "0x19" is not a port, expected ports as in 25,2525,1024-1026',
    'command line --smtp-port: "99999" is not a port, expected ports as in 25,2525,1024-1026',
    'config.txt:3: rabbitmq-host: not supported: write rabbitmq-address instead; leave the value empty',
  ]);
});

test('loadConfig() wants a named file to be readable, and the system file only when it is there', () => {
  const advice = 'permission denied (EACCES), let the user that runs mailchute read it';
  assert.deepEqual(loadText({ argv: ['--config-file', 'gone.txt'] }).faults, [
    'gone.txt: cannot be read: no such file (ENOENT), check the path',
  ]);
  assert.deepEqual(loadText({ file: { errno: 'EACCES' } }).faults, [`config.txt: cannot be read: ${advice}`]);
  assert.deepEqual(loadText({ system: { errno: 'ENOENT' } }).faults, []);
  assert.deepEqual(loadText({ system: { errno: 'ENOTDIR' } }).faults, []);
  assert.deepEqual(loadText({ system: { errno: 'EACCES' } }).faults, [
    `/etc/mailchute/config.txt: cannot be read: ${advice}`,
  ]);
});

test('loadConfig() hands on what belongs to the command', () => {
  const { options, operands, ownArguments, faults } = loadConfig({
    argv: ['inbox', '--count=3', '--server-id=1'],
    env: {},
    syntax: { options: new Map([['count', 'value']]), operands: 1 },
    readFile: memoryFiles({}),
  });
  assert.deepEqual([[...options], operands, ownArguments, faults], [
    [['count', '3']],
    ['inbox'],
    ['inbox', '--count=3'],
    [],
  ]);
});

test('loadConfig() reads real files, and says where in them a fault is', () => {
  const directory = mkdtempSync(join(tmpdir(), 'mailchute-config-'));
  try {
    const path = join(directory, 'config.txt');
    writeFileSync(path, 'smtp-port: 2525\nserver-id: 5000\n');
    const { config, faults } = loadConfig({
      argv: [`--config-file=${path}`],
      env: {},
      systemFile: join(directory, 'none'),
    });
    assert.deepEqual(config['smtp-port'], [2525]);
    assert.deepEqual(faults.map(toFaultLine), [
      `${path}:2: server-id: "5000" is not such a number, expected a whole number from 0 to 1023`,
    ]);
    const missing = loadConfig({ argv: ['--config-file', directory], env: {}, systemFile: join(directory, 'none') });
    assert.deepEqual(missing.faults.map(toFaultLine), [
      `${directory}: cannot be read: it is a directory (EISDIR), name the file in it`,
    ]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('loadConfig() takes a file written for MailerQ: ours count, delivery warns, empty ones are silent', () => {
  const file = `# MailerQ configuration
license:                /etc/mailerq/license.txt
rabbitmq-address:       amqp://mailerq:pa:ss#word@mq1.example.com/mail,amqp://mailerq:secret@mq2.example.com/mail
rabbitmq-outbox:        outbox
rabbitmq-inbox:         inbox
rabbitmq-results:       results
rabbitmq-local:
rabbitmq-persistent:    false
smtp-port:              25,587
smtp-range:             192.168.0.0/16; 10.0.0.1
smtp-maxsize:           10MB
smtp-connections:       100
smtp-connections-in:    50
smtp-connections-out:   75
smtp-auth:
smtp-certificate:
max-delivertime:        86400
server-id:              1
www-port:               0
`;
  const { config, faults, warnings } = loadText({ file });
  assert.deepEqual(faults, []);
  assert.deepEqual(config['smtp-port'], [25, 587]);
  assert.deepEqual(config['http-port'], []);
  assert.deepEqual(config['rabbitmq-address'], [
    'amqp://mailerq:pa%3Ass%23word@mq1.example.com/mail',
    'amqp://mailerq:secret@mq2.example.com/mail',
  ]);
  assert.deepEqual([config['smtp-connections'], config['rabbitmq-inbox']], [100, 'inbox']);
  assert.deepEqual(warnings.map((line) => line.split(': ', 2).join(': ')), [
    'config.txt:13: smtp-connections-in',
    'config.txt:2: license',
    'config.txt:6: rabbitmq-results',
    'config.txt:14: smtp-connections-out',
    'config.txt:17: max-delivertime',
    'config.txt:4: rabbitmq-outbox',
    'config.txt:8: rabbitmq-persistent',
  ]);
});
