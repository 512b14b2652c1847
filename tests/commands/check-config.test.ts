// check-config: exit codes, what goes where, masked passwords, and output that can be fed back.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkConfig } from '../../src/commands/check-config.ts';
import { KEY_NAMES } from '../../src/config/keys.ts';
import { loadText } from '../support/load-text.ts';
import { runCommand } from '../support/run-command.ts';

test('checkConfig() prints every key once, in the order of the table', () => {
  const { code, stdout, stderr } = runCommand(checkConfig, []);
  const names = stdout.split('\n').filter((line) => /^[^#]/.test(line)).map((line) => line.split(':')[0]);
  assert.deepEqual([code, names, stderr], [0, KEY_NAMES, '']);
});

test('checkConfig() says where each value comes from that is not a default', () => {
  const { stdout } = runCommand(checkConfig, ['--smtp-port=2525', '--rabbitmq-maxpriority=5'], {
    MAILCHUTE_SERVER_ID: '7',
    MAILCHUTE_RABBITMQ_ADDRESS: 'amqp://h',
  });
  assert.deepEqual(
    stdout.split('\n').flatMap((line, index, lines) => line.startsWith('# from') ? [line, lines[index + 1]] : []),
    [
      '# from command line --smtp-port',
      'smtp-port: 2525',
      '# from environment MAILCHUTE_RABBITMQ_ADDRESS',
      'rabbitmq-address: amqp://h',
      '# from rabbitmq-maxpriority (command line --rabbitmq-maxpriority)',
      'rabbitmq-queue-type: classic',
      '# from command line --rabbitmq-maxpriority',
      'rabbitmq-maxpriority: 5',
      '# from environment MAILCHUTE_SERVER_ID',
      'server-id: 7',
    ],
  );
});

test('checkConfig() prints faults on stderr, one a line, nothing on stdout, and exits with 2', () => {
  const result = runCommand(checkConfig, ['--smtp-port=99999', '--smtp-prot=1', '--user=x'], {});
  assert.deepEqual(result, {
    code: 2,
    stdout: '',
    stderr: 'command line --smtp-port: "99999" is not a port, expected ports as in 25,2525,1024-1026\n' +
      'command line --smtp-prot: unknown key, the nearest known one is smtp-port\n' +
      'warning: command line --user: has no effect here: the gateway never changes its user: start it as that user\n',
  });
});

test('checkConfig() prints warnings on stderr and exits with 0', () => {
  const { code, stdout, stderr } = runCommand(checkConfig, ['--license=x']);
  assert.equal(code, 0);
  assert.match(stdout, /^smtp-port: 25$/m);
  assert.equal(stderr, "warning: command line --license: has no effect here: it concerns MailerQ's own process\n");
});

test('checkConfig() never shows a password, in the configuration or in a fault', () => {
  const address = 'amqp://u:hunter2@a;b,amqps://v:hunter3@c/x';
  const good = runCommand(checkConfig, [`--rabbitmq-address=${address}`]);
  const bad = runCommand(checkConfig, [`--rabbitmq-address=${address}?x`]);
  assert.match(good.stdout, /^rabbitmq-address: amqp:\/\/u:\*\*\*@a;b,amqps:\/\/v:\*\*\*@c\/x$/m);
  assert.deepEqual([good.code, bad.code], [0, 2]);
  assert.doesNotMatch(good.stdout + good.stderr + bad.stdout + bad.stderr, /hunter/);
});

test('checkConfig() shows backends by their labels, and the password of the old pair not at all', () => {
  const urls = 'hardcoded://u:hunter1,v:hunter2 radius://id:hunter3@h:1812 file:///etc/users';
  const { code, stdout, stderr } = runCommand(checkConfig, [
    `--smtp-auth=${urls}`,
    '--smtp-username=w',
    '--smtp-password=hunter4 ',
  ]);
  assert.equal(code, 0);
  assert.match(stdout, /^smtp-auth: hardcoded:\/\/\(2 users\) radius:\/\/id:\*\*\*@h:1812 file:\/\/\/etc\/users$/m);
  assert.match(stdout, /^smtp-username: w$/m);
  assert.match(stdout, /^smtp-password: \*\*\*$/m);
  assert.doesNotMatch(stdout + stderr, /hunter/);
});

test('checkConfig() finds what only the gateway can read: backends and local addresses', () => {
  const { code, stdout, stderr } = runCommand(checkConfig, ['--smtp-auth=gopher://hunter2', 'hardcoded://u:12345']);
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /^command line --smtp-auth: "gopher:\/\/" is no backend; /m);
  assert.match(stderr, /^command line: unexpected "hardcoded:\/\/\*\*\*", settings are --KEY=VALUE$/m);
  assert.doesNotMatch(stderr, /hunter|12345/);
});

const configurations = [
  '',
  'smtp-port:\nhttp-port: 0\n',
  'smtp-port: 25, 2525\nsmtp-range: 10.0.0.0/8;::1\nsmtp-maxsize: 5 MB\nsmtp-received: no\nsmtp-timeout: 0.5\n',
  'rabbitmq-address: amqp://h1;h2/v\nrabbitmq-outbox: out\nrabbitmq-lazy: yes\nrabbitmq-durable: 0\n',
  'rabbitmq-address: amqp://h\nrabbitmq-queue-type: classic\nrabbitmq-maxpriority: 0\nrabbitmq-encoding: gzip\n',
  'queue-path: /a b/c#d.db\napplication-log: stdout,./x.log\nlog-format: json\nsmtp-ip: fe80::1%eth0\n',
];

for (const file of configurations) {
  test(`checkConfig() prints ${JSON.stringify(file)} so that it means the same when it is fed back`, () => {
    const directory = mkdtempSync(join(tmpdir(), 'mailchute-check-'));
    try {
      const path = join(directory, 'config.txt');
      writeFileSync(path, file);
      const { code, stdout } = runCommand(checkConfig, ['--config-file', path]);
      assert.equal(code, 0);
      const again = loadText({ file: stdout });
      assert.deepEqual(again.faults, []);
      assert.deepEqual(again.config, loadText({ file }).config);
      writeFileSync(path, stdout);
      const second = runCommand(checkConfig, ['--config-file', path]);
      assert.deepEqual(withoutComments(second.stdout), withoutComments(stdout));
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
}

function withoutComments(text: string): string[] {
  return text.split('\n').filter((line) => !line.startsWith('#'));
}
