// RADIUS packets: the request as bytes, and every way in which an answer is not one.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { createAccessRequest, judgeAnswer } from '../../src/auth/radius-packet.ts';
import { makeAnswer } from './support/radius-answer.ts';

const secret = 'top:se@cret';
const login = { username: 'jörg', password: 'a password of more than sixteen bytes', nasIdentifier: 'gateway', secret };

/** The attributes of a packet, type to value. */
function readAttributes(packet: Uint8Array): Map<number, Buffer> {
  const attributes = new Map<number, Buffer>();
  for (let at = 20; at < packet.length; at += packet[at + 1] ?? 256) {
    attributes.set(packet[at] ?? 0, Buffer.from(packet.subarray(at + 2, at + (packet[at + 1] ?? 0))));
  }
  return attributes;
}

/** What a server does to see the password (RFC 2865 section 5.2). */
function reveal(hidden: Buffer, authenticator: Uint8Array): string {
  const clear = Buffer.from(hidden);
  let previous: Uint8Array = authenticator;
  for (let at = 0; at < clear.length; at += 16) {
    createHash('md5').update(secret).update(previous).digest().forEach((byte, index) => {
      clear[at + index] = (hidden[at + index] ?? 0) ^ byte;
    });
    previous = hidden.subarray(at, at + 16);
  }
  return clear.toString().replace(/\0+$/, '');
}

test('createAccessRequest() says who, as whom, and proves the secret, with the proof first', () => {
  const packet = Buffer.from(createAccessRequest(login).bytes);
  assert.equal(packet[0], 1);
  assert.equal(packet.readUInt16BE(2), packet.length);
  assert.equal(packet[20], 80);
  const attributes = readAttributes(packet);
  assert.equal(attributes.get(1)?.toString(), 'jörg');
  assert.equal(attributes.get(32)?.toString(), 'gateway');
  assert.equal(reveal(attributes.get(2) ?? Buffer.alloc(0), packet.subarray(4, 20)), login.password);
  const unsigned = Buffer.from(packet).fill(0, 22, 38);
  assert.deepEqual(attributes.get(80), createHmac('md5', secret).update(unsigned).digest());
});

for (const length of [1, 16, 17, 128]) {
  test(`createAccessRequest() pads a password of ${length} bytes to whole blocks`, () => {
    const packet = createAccessRequest({ ...login, password: 'x'.repeat(length) }).bytes;
    const hidden = readAttributes(packet).get(2) ?? Buffer.alloc(0);
    assert.equal(hidden.length, Math.ceil(length / 16) * 16);
    assert.equal(reveal(hidden, packet.subarray(4, 20)), 'x'.repeat(length));
  });
}

test('createAccessRequest() never uses an authenticator twice', () => {
  const authenticators = Array.from(
    { length: 50 },
    () => Buffer.from(createAccessRequest(login).bytes.subarray(4, 20)),
  );
  assert.equal(new Set(authenticators.map((bytes) => bytes.toString('hex'))).size, 50);
});

const codes = [
  { code: 2, verdict: 'accepted' },
  { code: 3, verdict: 'rejected' },
  { code: 11, verdict: 'rejected' },
  { code: 5, verdict: 'none' },
];

for (const { code, verdict } of codes) {
  test(`judgeAnswer() takes a genuine packet of code ${code} as ${verdict}`, () => {
    const request = createAccessRequest(login);
    assert.equal(judgeAnswer(makeAnswer(request.bytes, { code, secret }), request).verdict, verdict);
    const trailed = Buffer.concat([makeAnswer(request.bytes, { code, secret }), Buffer.alloc(9)]);
    assert.equal(judgeAnswer(trailed, request).verdict, verdict);
  });
}

type Forge = (request: Uint8Array) => Buffer;

const forgeries: readonly { readonly name: string; readonly forge: Forge; readonly reason: RegExp }[] = [
  { name: 'of nothing', forge: () => Buffer.alloc(0), reason: /no RADIUS packet/ },
  { name: 'of noise', forge: () => Buffer.alloc(40, 0xff), reason: /no RADIUS packet/ },
  {
    name: 'without a Message-Authenticator (Blast-RADIUS)',
    forge: (request) => makeAnswer(request, { code: 2, secret, signed: false }),
    reason: /no Message-Authenticator/,
  },
  {
    name: 'with another secret',
    forge: (request) => makeAnswer(request, { code: 2, secret: 'other' }),
    reason: /not made with our shared secret/,
  },
  {
    name: 'to another request',
    forge: (request) => makeAnswer(Buffer.from(request).fill((request[1] ?? 0) ^ 1, 1, 2), { code: 2, secret }),
    reason: /another request/,
  },
  {
    name: 'to a request with another authenticator',
    forge: (request) => makeAnswer(Buffer.from(request).fill(0, 4, 20), { code: 2, secret }),
    reason: /not made with our shared secret/,
  },
  {
    name: 'that was a reject before its code was changed',
    forge: (request) => makeAnswer(request, { code: 3, secret }).fill(2, 0, 1),
    reason: /not made with our shared secret/,
  },
  {
    name: 'whose Message-Authenticator is wrong while the rest is right',
    forge: (request) => makeAnswer(request, { code: 2, secret, breakSignature: true }),
    reason: /not made with our shared secret/,
  },
  {
    name: 'with an attribute of no length',
    forge: (request) => makeAnswer(request, { code: 2, secret, extra: [18, 0] }),
    reason: /malformed/,
  },
  {
    name: 'with an attribute that runs over the end',
    forge: (request) => makeAnswer(request, { code: 2, secret, extra: [18, 40, 1] }),
    reason: /malformed/,
  },
  {
    name: 'with a Message-Authenticator of another size',
    forge: (request) => makeAnswer(request, { code: 2, secret, extra: [80, 4, 1, 2] }),
    reason: /malformed/,
  },
  {
    name: 'with two Message-Authenticators',
    forge: (request) => makeAnswer(request, { code: 2, secret, extra: [80, 18, ...Array(16).fill(0)] }),
    reason: /no Message-Authenticator/,
  },
];

for (const { name, forge, reason } of forgeries) {
  test(`judgeAnswer() passes over a packet ${name}`, () => {
    const request = createAccessRequest(login);
    const judged = judgeAnswer(forge(request.bytes), request);
    assert.equal(judged.verdict, 'none');
    assert.match(judged.verdict === 'none' ? judged.reason : '', reason);
  });
}
