// help: the overview, one key, other names, and names that do not exist.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { help } from '../../src/commands/help.ts';
import { KEY_NAMES, KNOWN_NAMES } from '../../src/config/keys.ts';
import { runCommand } from '../support/run-command.ts';

test('help() shows every command and every key, in lines of at most 110 characters', () => {
  const { code, stdout, stderr } = runCommand(help, []);
  assert.deepEqual([code, stderr], [0, '']);
  assert.deepEqual(KEY_NAMES.filter((name) => !stdout.includes(`\n  ${name} `)), []);
  for (const command of ['[serve]', 'check-config', 'queue ls', 'queue get QUEUE', 'help [KEY]', 'version']) {
    assert.ok(stdout.includes(`\n  mailchute ${command}`), command);
  }
  assert.deepEqual(stdout.split('\n').filter((line) => line.length > 110), []);
});

test('help() explains a key: meaning, accepted values, default, names', () => {
  assert.equal(
    runCommand(help, ['smtp-port']).stdout,
    `smtp-port
  Ports of the SMTP door. 0 or empty: none.

  Accepts       ports as in 25,2525,1024-1026
  Default       25
  MailerQ       smtp-port
  Command line  --smtp-port=VALUE
  Environment   MAILCHUTE_SMTP_PORT
`,
  );
});

test('help() explains an alias by its key, and takes dashes before a key', () => {
  const expected = runCommand(help, ['http-port']);
  assert.deepEqual(runCommand(help, ['www-port']), expected);
  assert.deepEqual(runCommand(help, ['--http-port']), expected);
});

test('help() has an answer for every known name and every command', () => {
  for (const name of [...KNOWN_NAMES.keys(), 'serve', 'check-config', 'queue', 'help', 'version']) {
    const { code, stdout, stderr } = runCommand(help, [name]);
    assert.deepEqual([code, stderr], [0, ''], name);
    assert.ok(stdout.length > name.length + 20, name);
  }
});

test('help() says of a key without feature or effect why', () => {
  assert.match(
    runCommand(help, ['rabbitmq-host']).stdout,
    /^rabbitmq-host\n {2}Not supported: write rabbitmq-address instead\./,
  );
  assert.match(runCommand(help, ['www-dir']).stdout, /has no effect\s+here: there is no management console/);
  assert.match(runCommand(help, ['rabbitmq-queue']).stdout, /while\s+rabbitmq-inbox is not given/);
});

const wrong = [
  { argv: ['smtp-prot'], stderr: 'help smtp-prot: unknown key, the nearest known one is smtp-port\n' },
  { argv: ['serv'], stderr: 'help serv: unknown key, the nearest known one is serve\n' },
  { argv: ['a\nb'], stderr: 'help a\\u000ab: unknown key, the nearest known one is ' },
  { argv: ['smtp-port', 'smtp-ip'], stderr: 'help smtp-port smtp-ip: takes one key\n' },
];

for (const { argv, stderr } of wrong) {
  test(`help() refuses ${JSON.stringify(argv)} with exit code 2`, () => {
    const result = runCommand(help, argv);
    assert.deepEqual([result.code, result.stdout], [2, '']);
    assert.ok(result.stderr.startsWith(stderr), result.stderr);
    assert.equal(result.stderr.split('\n').length, 2);
  });
}
