// The self-signed certificate, as the runtime's own parser and a TLS client that is told to trust it see it.
import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { connect, createServer } from 'node:tls';
import { createSelfSigned, createServerKey } from '../../src/net/self-signed.ts';
import { makePair } from '../support/certificates.ts';

const name = 'mx.example.com';

test('It says the name, the dates, and that it is no authority, signed by its own key', () => {
  const key = createPrivateKey(createServerKey());
  const now = new Date('2026-11-21T10:00:00Z');
  const certificate = new X509Certificate(createSelfSigned(key, { name, now }));
  assert.equal(certificate.subject, 'CN=mx.example.com');
  assert.equal(certificate.issuer, certificate.subject);
  assert.equal(certificate.subjectAltName, 'DNS:mx.example.com');
  assert.equal(new Date(certificate.validFrom).toISOString(), '2026-11-20T10:00:00.000Z');
  assert.equal(new Date(certificate.validTo).toISOString(), '2036-11-21T10:00:00.000Z');
  assert.equal(certificate.ca, false);
  assert.ok(certificate.checkPrivateKey(key));
  assert.ok(certificate.verify(certificate.publicKey));
  assert.match(certificate.serialNumber, /^[4-7][0-9A-F]{31}$/);
});

test('Two of one key have different serial numbers', () => {
  const key = createPrivateKey(createServerKey());
  const serials = [1, 2].map(() => new X509Certificate(createSelfSigned(key, { name })).serialNumber);
  assert.notEqual(serials[0], serials[1]);
});

test('A name too long for a common name is the alternative name all the same', () => {
  const long = `${'a'.repeat(63)}.${'b'.repeat(63)}.example.com`;
  const certificate = new X509Certificate(makePair(long).certificate);
  assert.equal(certificate.subject, 'CN=mailchute');
  assert.equal(certificate.subjectAltName, `DNS:${long}`);
  assert.equal(certificate.checkHost(long), long);
});

test('A client that trusts it connects under its name and no other', async () => {
  const { certificate, key } = makePair(name);
  const server = createServer({ cert: certificate, key }, (socket) => socket.end('hello'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const greet = async (servername: string) => {
    const socket = connect({ host: '127.0.0.1', port, servername, ca: certificate });
    const [data] = await once(socket, 'data');
    return String(data);
  };
  assert.equal(await greet(name), 'hello');
  await assert.rejects(greet('other.example.com'));
  server.close();
  await once(server, 'close');
});
