// The gateway with a certificate: where it says that it listens, and what becomes of sessions when the certificate changes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { type CertificatePair, makePair, writePair } from '../support/certificates.ts';
import { freePorts } from '../support/free-port.ts';
import { type Gateway, gatewayCommand, removeGateway, startGateway } from '../support/gateway.ts';
import { SmtpClient } from '../support/smtp-client.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { secureClient } from '../support/test-tls.ts';

const [first, second, third] = ['first', 'second', 'third'].map((name) => makePair(`${name}.example.org`)) as [
  CertificatePair,
  CertificatePair,
  CertificatePair,
];

interface Stage {
  readonly gateway: Gateway;
  readonly directory: string;
  readonly securePort: number;
}

async function start(context: TestContext, config: Readonly<Record<string, string>>): Promise<Stage> {
  const directory = makeTemporaryDirectory(context);
  const [securePort = 0] = await freePorts(1);
  const gateway = await startGateway({ directory, config: { 'smtp-secure-port': securePort, ...config } });
  context.after(() => removeGateway(gateway));
  return { gateway, directory, securePort };
}

function startWithFiles(context: TestContext): Promise<Stage> {
  const files = writePair(makeTemporaryDirectory(context), first);
  return start(context, { 'smtp-certificate': files.certificatePath, 'smtp-key': files.keyPath });
}

/** A client inside TLS, trusting nobody but this certificate. */
async function connect(port: number, ca: string): Promise<SmtpClient> {
  const options = { ca, checkServerIdentity: () => undefined };
  const client = await secureClient(await SmtpClient.connect(port), options);
  await client.reply();
  await client.ask('EHLO client.example.com');
  return client;
}

async function send(client: SmtpClient): Promise<string> {
  for (const line of ['MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA']) await client.ask(line);
  return await client.ask('Subject: x', '', 'body', '.');
}

function subjectOf(client: SmtpClient): unknown {
  return (client.socket as TLSSocket).getPeerCertificate().subject.CN;
}

test('A self-signed certificate is made once, kept private, and served on both kinds of ports', async (context) => {
  const { gateway, directory, securePort } = await start(context, { 'smtp-certificate': 'self-signed' });
  const lines = [`SMTP 127.0.0.1:${gateway.ports.smtp}`, `SMTPS 127.0.0.1:${securePort}`, 'HTTP '];
  assert.ok(gateway.stdout.startsWith(lines.join('\n')), gateway.stdout);
  for (const name of ['self-signed.crt', 'self-signed.key']) {
    assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600);
  }
  const certificate = readFileSync(join(directory, 'self-signed.crt'), 'utf8');
  const client = await connect(securePort, certificate);
  assert.equal(subjectOf(client), 'mx.example.org');
  assert.match(await send(client), /^250/);
  client.close();
  const plain = await SmtpClient.connect(gateway.ports.smtp);
  await plain.reply();
  assert.match(await plain.ask('EHLO client.example.com'), /^250-STARTTLS$/m);
  await plain.ask('STARTTLS');
  const inside = await secureClient(plain, { ca: certificate, checkServerIdentity: () => undefined });
  assert.equal(subjectOf(inside), 'mx.example.org');
  inside.close();
  const { code } = await gateway.end();
  assert.equal(code, 0);
  const { tls, connection } = JSON.parse((await gateway.run('queue', 'get', 'inbox')).trim());
  assert.match(tls.version, /^TLSv1\.[23]$/);
  assert.equal(connection.secure, true);
  const again = await startGateway({ directory, config: { 'smtp-certificate': 'self-signed' } });
  context.after(() => removeGateway(again));
  assert.equal(readFileSync(join(directory, 'self-signed.crt'), 'utf8'), certificate);
});

test('On SIGHUP new sessions get the new certificate, and those that are open go on', async (context) => {
  const { gateway, securePort } = await startWithFiles(context);
  const path = String((await gateway.event('tls.certificate-loaded'))['certificate']);
  const before = await connect(securePort, first.certificate);
  await before.ask('MAIL FROM:<a@example.com>');
  writePair(join(path, '..'), second);
  gateway.process.kill('SIGHUP');
  assert.equal((await gateway.event('tls.certificate-loaded', 2))['subject'], 'CN=second.example.org');
  const after = await connect(securePort, second.certificate);
  assert.match(await send(after), /^250/);
  await before.ask('RCPT TO:<b@example.com>');
  await before.ask('DATA');
  assert.match(await before.ask('Subject: x', '.'), /^250/);
  for (const client of [before, after]) client.close();
  writeFileSync(path, 'nothing');
  gateway.process.kill('SIGHUP');
  assert.match(String((await gateway.event('tls.certificate-failed'))['error']), /holds no certificate/);
  (await connect(securePort, second.certificate)).close();
});

test('Files that change are read by themselves, a pair that is half there only when it is complete', async (context) => {
  const { gateway, securePort } = await startWithFiles(context);
  const path = String((await gateway.event('tls.certificate-loaded'))['certificate']);
  writeFileSync(path, third.certificate);
  assert.match(String((await gateway.event('tls.certificate-failed'))['error']), /the key of another certificate/);
  (await connect(securePort, first.certificate)).close();
  writePair(join(path, '..'), third);
  assert.equal((await gateway.event('tls.certificate-loaded', 2))['subject'], 'CN=third.example.org');
  (await connect(securePort, third.certificate)).close();
});

test('A certificate that cannot be used ends the start, and check-config says the same', (context) => {
  const directory = makeTemporaryDirectory(context);
  const { certificatePath, keyPath } = writePair(directory, { certificate: first.certificate, key: second.key });
  const cases: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [[`--smtp-certificate=${certificatePath}`, `--smtp-key=${keyPath}`], /holds the key of another certificate/],
    [['--smtp-certificate=none.pem'], /smtp-certificate: none\.pem cannot be read: no such file/],
    [['--smtp-secure-port=465'], /smtp-secure-port: needs smtp-certificate: .*self-signed/],
  ];
  const [program = '', ...leading] = gatewayCommand();
  for (const [args, says] of cases) {
    for (const command of ['serve', 'check-config']) {
      const options = { cwd: directory, encoding: 'utf8', timeout: 30_000 } as const;
      const { status, stderr } = spawnSync(program, [...leading, command, '--smtp-port=0', ...args], options);
      assert.equal(status, 2, `${command} ${args.join(' ')}`);
      assert.match(stderr, says);
    }
  }
});
