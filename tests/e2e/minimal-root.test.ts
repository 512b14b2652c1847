// The executable in the smallest Debian root, nothing added: it starts, takes a message by SMTP and gives it back.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { makeMinimalRoot } from '../support/minimal-root.ts';
import { SmtpClient } from '../support/smtp-client.ts';

const run = promisify(execFile);
// An administrator's folder that an ordinary PATH leaves out.
const chroot = '/usr/sbin/chroot';

let root = '';
let gateway: Gateway | undefined;
before(async () => {
  root = await makeMinimalRoot();
  copyFileSync(process.env['MAILCHUTE_BIN'] ?? 'dist/mailchute', join(root, 'mailchute'));
});
after(async () => {
  await gateway?.end('SIGKILL');
  if (root !== '') rmSync(root, { recursive: true, force: true });
});

test('The root holds no runtime and no mail client', () => {
  const programs = ['bin', 'sbin', 'usr/local/bin'].flatMap((folder) => readdirSync(join(root, folder)));
  assert.deepEqual(programs.filter((name) => /^(node|deno|npm|openssl|curl|python3?)$/.test(name)), []);
});

test('The executable says its version in a minimal root', async () => {
  const { stdout } = await run(chroot, [root, '/mailchute', 'version']);
  assert.match(stdout, /^mailchute \d+\.\d+\.\d+/);
});

test('A gateway in a minimal root queues a message, and the queue command there gives it back', async () => {
  gateway = await startGateway({
    command: [chroot, root, '/mailchute'],
    directory: root,
    config: { 'queue-path': '/queue.db' },
  });
  const client = await SmtpClient.connect(gateway.ports.smtp);
  assert.match((await client.reply()).join('\n'), /^220 /);
  assert.match(await client.ask('EHLO client.example.com'), /^250/);
  assert.match(await client.ask('MAIL FROM:<sender@example.com>'), /^250 /);
  assert.match(await client.ask('RCPT TO:<rcpt@example.org>'), /^250 /);
  assert.match(await client.ask('DATA'), /^354 /);
  const queued = await client.ask('Subject: minimal', '', 'h\u00e9llo from a bare root', '.');
  assert.match(await client.ask('QUIT'), /^221 /);
  client.close();
  const id = /^250 2\.0\.0 ([0-9A-Z]+) for rcpt@example\.org$/m.exec(queued)?.[1];
  assert.ok(id, queued);

  const { stdout } = await run(chroot, [root, '/mailchute', 'queue', 'get', 'inbox', '--queue-path=/queue.db']);
  const record = JSON.parse(stdout);
  assert.equal(record['message-id'], id);
  assert.ok(record.mime.endsWith('Subject: minimal\r\n\r\nh\u00e9llo from a bare root\r\n'), record.mime);
  assert.deepEqual(await gateway.end('SIGTERM'), { code: 0, signal: null });
});
