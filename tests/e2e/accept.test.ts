// The keys of the accept phase, from the configuration to what clients at different addresses hear.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Gateway, removeGateway, startGateway } from '../support/gateway.ts';
import { proxyLocal, proxyV1 } from '../support/proxy-headers.ts';
import { SmtpClient } from '../support/smtp-client.ts';

const directory = mkdtempSync(join(tmpdir(), 'mailchute-accept-'));
const blocklist = join(directory, 'blocklist');

let gateway: Gateway;
/** Everything at its default, and a proxy on this host. */
let proxied: Gateway;
const clients: SmtpClient[] = [];
before(async () => {
  writeFileSync(blocklist, '# suspects\n127.0.0.9\n');
  const config = {
    'smtp-range': '127.0.0.0/28',
    'smtp-blocklist': blocklist,
    'smtp-connections-per-ip': 2,
    'smtp-greeting-delay': 0.05,
    'mta-names': '127.0.0.1=mx1.example.com;192.0.2.1=mx2.example.com',
    'smtp-hostname': 'other.example.com',
  };
  [gateway, proxied] = await Promise.all([
    startGateway({ config }),
    startGateway({ config: { 'smtp-proxy': '127.0.0.1', 'mta-names': '198.51.100.7=mx7.example.com' } }),
  ]);
});
after(async () => {
  for (const client of clients) client.close();
  for (const each of [gateway, proxied]) if (each !== undefined) await removeGateway(each);
  rmSync(directory, { recursive: true });
});

/** Connects from any address of this host's 127.0.0.0/8. */
function connectFrom(localAddress: string, { ports }: Gateway = gateway): SmtpClient {
  const client = new SmtpClient(connect({ port: ports.smtp, host: '127.0.0.1', localAddress }));
  clients.push(client);
  return client;
}

/** What a client at that address is told first; it leaves then. */
async function hear(localAddress: string): Promise<string> {
  const client = connectFrom(localAddress);
  const line = await client.line();
  client.close();
  return line;
}

test('smtp-range and smtp-blocklist decide by the address, and mta-names says under which name', async () => {
  assert.match(await connectFrom('127.0.0.16').rest(), /^554 5\.7\.1 Your address is not allowed/);
  assert.match(await connectFrom('127.0.0.9').rest(), /^554 5\.7\.1 Your address is blocked/);
  assert.equal(await connectFrom('127.0.0.2').line(), '220 mx1.example.com ESMTP mailchute');
});

test('smtp-greeting-delay turns early talkers away', async () => {
  const client = connectFrom('127.0.0.3');
  client.send('EHLO c.example');
  assert.match(await client.rest(), /^554 5\.5\.1 /);
});

test('smtp-connections-per-ip caps each address', async () => {
  for (const count of [1, 2]) assert.match(await connectFrom('127.0.0.4').line(), /^220 /, `connection ${count}`);
  assert.match(await connectFrom('127.0.0.4').rest(), /^421 4\.7\.0 /);
  assert.match(await connectFrom('127.0.0.5').line(), /^220 /);
});

test('The file of smtp-blocklist is read again when it changes, and a faulty one changes nothing', async () => {
  writeFileSync(blocklist, '127.0.0.8\n');
  while (gateway.events('smtp.blocklist.read').length === 0) await hear('127.0.0.8');
  assert.match(await hear('127.0.0.8'), /^554 5\.7\.1 Your address is blocked/);
  writeFileSync(blocklist, '127.0.0.0/33\n');
  while (gateway.events('smtp.blocklist.unusable').length === 0) await hear('127.0.0.8');
  assert.match(await hear('127.0.0.8'), /^554 5\.7\.1 Your address is blocked/);
  const { path, reason } = await gateway.event('smtp.blocklist.unusable');
  assert.deepEqual([path, /^line 1: /.test(String(reason))], [blocklist, true]);
});

test('A header names nobody who satisfies the default of smtp-range, and the start says so', async () => {
  const { detail } = await proxied.event('config.warning');
  assert.match(String(detail), /smtp-proxy: has smtp-range at its default: no client of a proxy may connect/);
  for (const source of ['127.0.0.1 1', '::1 1', '0.0.0.0 1', '192.0.2.1 1']) {
    const client = connectFrom('127.0.0.1', proxied);
    client.sendBytes(proxyV1({ source }));
    assert.match(await client.rest(), /^554 5\.7\.1 Your address is not allowed/, source);
  }
  const check = connectFrom('127.0.0.1', proxied);
  check.sendBytes(proxyLocal());
  assert.match(await check.line(), /^220 /);
  assert.match(await connectFrom('127.0.0.2', proxied).line(), /^220 /, 'a direct client of this host');
});
