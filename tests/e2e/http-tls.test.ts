// TLS at the HTTP door of the gateway, in one process and in several: certificates that change, and ones that cannot be used.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makePair, writePair } from '../support/certificates.ts';
import { freePorts } from '../support/free-port.ts';
import { gatewayCommand, removeGateway, startGateway } from '../support/gateway.ts';
import { connectHttps } from '../support/https-client.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const [first, second] = ['first', 'second'].map((name) => makePair(`${name}.example.org`));

for (const threads of [1, 2]) {
  test(`With ${threads} workers certificates change under open connections`, async (t) => {
    const [securePort = 0] = await freePorts(1);
    const directory = makeTemporaryDirectory(t);
    const { certificatePath, keyPath } = writePair(directory, first!);
    const gateway = await startGateway({
      config: {
        'smtp-threads': threads,
        'http-secure-port': securePort,
        'http-certificate': certificatePath,
        'http-key': keyPath,
      },
    });
    t.after(() => removeGateway(gateway));
    await gateway.event('tls.certificate-loaded', threads);
    assert.equal(gateway.events('tls.certificate-loaded').length, threads);
    const before = await connectHttps(securePort, first!.certificate);
    assert.deepEqual([before.subject, await before.post()], ['first.example.org', 202]);
    writePair(directory, second!);
    gateway.process.kill('SIGHUP');
    await gateway.event('tls.certificate-loaded', 2 * threads);
    const after = await connectHttps(securePort, second!.certificate);
    assert.deepEqual([after.subject, await after.post()], ['second.example.org', 202]);
    assert.deepEqual([await before.post(), await after.post()], [202, 202]);
    writeFileSync(certificatePath, 'nothing');
    gateway.process.kill('SIGHUP');
    await gateway.event('tls.certificate-failed', threads);
    const silent = await connectHttps(securePort, second!.certificate);
    assert.equal(silent.subject, 'second.example.org');
    assert.equal((await gateway.end()).code, 0);
    assert.ok(gateway.stdout.includes(`\nHTTPS 127.0.0.1:${securePort}\n`), gateway.stdout);
    const records = (await gateway.run('queue', 'get', 'inbox')).trim().split('\n');
    assert.equal(records.length, 4);
  });
}

test('Both doors show the same self-signed certificate, and a new one by itself', async (t) => {
  const [securePort = 0] = await freePorts(1);
  const selfSigned = { 'smtp-certificate': 'self-signed', 'http-certificate': 'self-signed' };
  const gateway = await startGateway({ config: { ...selfSigned, 'http-secure-port': securePort } });
  t.after(() => removeGateway(gateway));
  const client = await connectHttps(securePort, readFileSync(join(gateway.directory, 'self-signed.crt'), 'utf8'));
  assert.deepEqual([client.subject, await client.post()], ['mx.example.org', 202]);
  const other = makePair('other.example.org');
  writeFileSync(join(gateway.directory, 'self-signed.key'), other.key);
  writeFileSync(join(gateway.directory, 'self-signed.crt'), other.certificate);
  await gateway.event('tls.certificate-loaded', 4);
  assert.equal((await connectHttps(securePort, other.certificate)).subject, 'other.example.org');
  assert.equal(await client.post(), 202);
});

test('A key of another certificate ends the start with status 2, and check-config says the same', (t) => {
  const directory = makeTemporaryDirectory(t);
  const { certificatePath, keyPath } = writePair(directory, { certificate: first!.certificate, key: second!.key });
  const [program = '', ...leading] = gatewayCommand();
  const flags = [`--http-certificate=${certificatePath}`, `--http-key=${keyPath}`, '--http-secure-port=8486'];
  for (const command of ['serve', 'check-config']) {
    const { status, stderr } = spawnSync(program, [...leading, command, ...flags], {
      cwd: directory,
      encoding: 'utf8',
    });
    assert.equal(status, 2, stderr);
    assert.match(stderr, /http-certificate: .*the key of another certificate/);
  }
});
