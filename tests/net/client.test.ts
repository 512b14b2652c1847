// Who the client is: the ends of the socket, or what a header says, in one form; and what of a header goes into the log.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { toDirectClient, toProxiedClient } from '../../src/net/client.ts';
import { parseProxyHeader } from '../../src/net/proxy-protocol.ts';
import { proxyLocal, proxyV1, proxyV2, sslTlv, tlv } from '../support/proxy-headers.ts';

const socketOf = (ends: Partial<Socket>) => ends as Socket;
const socket = socketOf({
  remoteAddress: '::ffff:10.0.0.9',
  remotePort: 4711,
  localAddress: '::ffff:10.0.0.1',
  localPort: 2525,
});
const socketEnds = { remoteAddress: '10.0.0.9', remotePort: 4711, localAddress: '10.0.0.1', localPort: 2525 };

function clientOf(header: Buffer) {
  const parse = parseProxyHeader(header);
  assert.ok(parse.state === 'complete');
  return toProxiedClient(socket, parse.header);
}

test('toDirectClient() takes the ends of the socket, IPv4 as IPv4', () => {
  assert.deepEqual(toDirectClient(socket), { kind: 'direct', ...socketEnds, proxy: undefined });
});

test('toDirectClient() has empty addresses for a socket that is gone', () => {
  const ends = { remoteAddress: '', remotePort: 0, localAddress: '', localPort: 0 };
  assert.deepEqual(toDirectClient(socketOf({})), { kind: 'direct', ...ends, proxy: undefined });
});

const proxied = [
  { name: 'IPv4', source: '192.0.2.1 123', destination: '198.51.100.7 25' },
  { name: 'IPv6', source: '2001:db8::1 123', destination: '2001:db8::25 25' },
  { name: 'port 0', source: '192.0.2.1 0', destination: '198.51.100.7 0' },
];

for (const { name, ...ends } of proxied) {
  for (const [version, toHeader] of [[1, proxyV1], [2, proxyV2]] as const) {
    test(`toProxiedClient() takes the ends of a version ${version} header: ${name}`, () => {
      const { kind, remoteAddress, remotePort, localAddress, localPort, proxy } = clientOf(toHeader(ends));
      assert.equal(kind, 'proxied');
      assert.equal(`${remoteAddress} ${remotePort}`, ends.source);
      assert.equal(`${localAddress} ${localPort}`, ends.destination);
      assert.deepEqual(proxy, { peer: '10.0.0.9', version });
    });
  }
}

test('toProxiedClient() makes IPv4 of mapped addresses, however they are written', () => {
  const ends = { source: '::ffff:c000:201 123', destination: '::ffff:c633:6407 25' };
  for (const header of [proxyV1(ends), proxyV2(ends)]) {
    const { remoteAddress, localAddress } = clientOf(header);
    assert.deepEqual([remoteAddress, localAddress], ['192.0.2.1', '198.51.100.7']);
  }
});

for (
  const { name, header, version } of [
    { name: 'LOCAL', header: proxyLocal(), version: 2 },
    { name: 'UNKNOWN', header: Buffer.from('PROXY UNKNOWN 1 2 3\r\n'), version: 1 },
    { name: 'a header about this very connection', header: proxyV1({ source: '10.0.0.9 4711' }), version: 1 },
    { name: 'the same with IPv4 as IPv6', header: proxyV2({ source: '::ffff:a00:9 4711' }), version: 2 },
  ]
) {
  test(`toProxiedClient() takes the socket's own ends for ${name}`, () => {
    assert.deepEqual(clientOf(header), { kind: 'local', ...socketEnds, proxy: { peer: '10.0.0.9', version } });
  });
}

test('toProxiedClient() takes another connection from the host of the proxy for a client', () => {
  assert.equal(clientOf(proxyV1({ source: '10.0.0.9 4712' })).kind, 'proxied');
  assert.equal(clientOf(proxyV1({ source: '10.0.0.8 4711' })).kind, 'proxied');
});

const ends = { source: '192.0.2.1 123' };
const facts = [
  { name: 'nothing', tlvs: Buffer.alloc(0), found: {} },
  {
    name: 'name, unique id and TLS version',
    tlvs: Buffer.concat([
      tlv(0x04, 'padding'),
      tlv(0x02, 'mx.example.com'),
      tlv(0x05, '0A00:1'),
      sslTlv(tlv(0x22, 'CN'), tlv(0x21, 'TLSv1.3')),
    ]),
    found: { authority: 'mx.example.com', uniqueId: '0A00:1', sslVersion: 'TLSv1.3' },
  },
  { name: 'TLS of unknown version', tlvs: sslTlv(), found: {} },
  { name: 'a cut-off TLS part', tlvs: tlv(0x20, 'x'), found: {} },
  {
    name: 'what cannot stand in a log',
    tlvs: Buffer.concat([
      tlv(0x02, 'a\r\nb'),
      tlv(0x05, Buffer.of(0xff, 0x00)),
      sslTlv(tlv(0x21, '\x1b[2J')),
    ]),
    found: {},
  },
  { name: 'what is too long', tlvs: Buffer.concat([tlv(0x02, 'a'.repeat(256)), tlv(0x05, '')]), found: {} },
];

for (const { name, tlvs, found } of facts) {
  test(`toProxiedClient() keeps of type-length-values for the log: ${name}`, () => {
    assert.deepEqual(clientOf(proxyV2(ends, tlvs)).proxy, { peer: '10.0.0.9', version: 2, ...found });
  });
}
