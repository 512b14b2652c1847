// What TLS a context speaks, seen by a client that wants something in particular.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { type AddressInfo, connect as connectTcp, createServer } from 'node:net';
import { test } from 'node:test';
import { connect, type ConnectionOptions, TLSSocket } from 'node:tls';
import type { Certificate } from '../../src/net/certificate.ts';
import { takesCipherStrings, toServerCredentials } from '../../src/net/secure-context.ts';
import { makePair } from '../support/certificates.ts';

const { certificate: cert, key } = makePair('mx.example.com');
const certificate: Certificate = {
  cert,
  key,
  subject: 'CN=mx.example.com',
  notBefore: new Date(0),
  notAfter: new Date(0),
  fingerprint: '',
  doubts: [],
};

/** Runs `body` with the port of a server that speaks TLS with these ciphers. */
async function withServer<T>(ciphers: string | undefined, body: (port: number) => Promise<T>): Promise<T> {
  const { context } = toServerCredentials(certificate, { ciphers });
  const server = createServer((socket) => {
    new TLSSocket(socket, { isServer: true, secureContext: context }).on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await body((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

/** Protocol and cipher that a server with these ciphers and a client with such a wish agree on. */
function agree(ciphers: string | undefined, wish: ConnectionOptions): Promise<string> {
  return withServer(ciphers, async (port) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...wish });
    try {
      await once(socket, 'secureConnect');
      return `${socket.getProtocol()} ${socket.getCipher().name}`;
    } finally {
      socket.destroy();
    }
  });
}

test('TLS 1.3 and 1.2 are spoken', async () => {
  assert.match(await agree(undefined, {}), /^TLSv1\.3 TLS_/);
  assert.match(await agree(undefined, { maxVersion: 'TLSv1.2' }), /^TLSv1\.2 ECDHE-ECDSA-/);
});

for (const [name, minor] of [['TLS 1.1', 2], ['TLS 1.0', 1], ['SSL 3.0', 0]] as const) {
  test(`${name} is refused with an alert`, async () => {
    const ciphers = [0xc0, 0x09, 0xc0, 0x0a]; // AES with CBC, which is all that those versions have
    const body = Buffer.from([3, minor, ...new Array(32).fill(0x11), 0, 0, ciphers.length, ...ciphers, 1, 0]);
    const hello = Buffer.concat([Uint8Array.of(1, 0, 0, body.length), body]);
    const answer = await withServer(undefined, async (port) => {
      const socket = connectTcp(port, '127.0.0.1');
      socket.write(Buffer.concat([Uint8Array.of(22, 3, 1, 0, hello.length), hello]));
      const [data] = await once(socket, 'data') as [Buffer];
      socket.destroy();
      return data;
    });
    assert.deepEqual([answer[0], answer[5]], [21, 2], 'an alert, fatal');
  });
}

if (takesCipherStrings) {
  test('A cipher string chooses the ciphers of TLS 1.2 and leaves TLS 1.3 alone, as OpenSSL does', async () => {
    const ciphers = 'ECDHE-ECDSA-CHACHA20-POLY1305';
    assert.equal(await agree(ciphers, { maxVersion: 'TLSv1.2' }), `TLSv1.2 ${ciphers}`);
    assert.match(await agree(ciphers, {}), /^TLSv1\.3 /);
  });

  test('A cipher string that names suites of TLS 1.3 chooses those', async () => {
    assert.equal(await agree('TLS_CHACHA20_POLY1305_SHA256', {}), 'TLSv1.3 TLS_CHACHA20_POLY1305_SHA256');
  });

  test('The order of the cipher string counts, not the order of the client', async () => {
    const [first, second] = ['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-AES128-GCM-SHA256'];
    const wish = { maxVersion: 'TLSv1.2', ciphers: `${second}:${first}` } as const;
    assert.equal(await agree(`${first}:${second}`, wish), `TLSv1.2 ${first}`);
  });

  test('What the TLS library refuses is an error that says so', () => {
    const refusal = /^CertificateError: the TLS library refuses CN=mx\.example\.com: /;
    assert.throws(() => toServerCredentials({ ...certificate, key: 'no key' }), refusal);
    assert.throws(() => toServerCredentials(certificate, { ciphers: 'NO-SUCH-CIPHER' }), refusal);
  });
} else {
  test('A cipher string changes nothing on a runtime that cannot follow it', async () => {
    assert.match(await agree('ECDHE-ECDSA-CHACHA20-POLY1305', {}), /^TLSv1\.3 /);
    assert.match(await agree('NO-SUCH-CIPHER', {}), /^TLSv1\.3 /);
  });
}

test("MailerQ's sample of smtp-ciphers leaves modern clients able to connect", async () => {
  const sample = '!aNULL:!eNULL:!LOW:!SSLv2:!EXPORT:!EXPORT56:FIPS:MEDIUM:HIGH:@STRENGTH';
  assert.match(await agree(sample, {}), /^TLSv1\.3 /);
  assert.match(await agree(sample, { maxVersion: 'TLSv1.2' }), /^TLSv1\.2 ECDHE-ECDSA-/);
});
