// LDAP messages as bytes.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { encodeBindRequest, parseBindResponse } from '../../src/auth/ldap-message.ts';

const response = (...bytes: number[]) => Uint8Array.of(0x30, bytes.length, ...bytes);
const success = response(2, 1, 1, 0x61, 7, 10, 1, 0, 4, 0, 4, 0);

test('encodeBindRequest() writes message 1, version 3, the name, and a simple password', () => {
  assert.equal(
    Buffer.from(encodeBindRequest({ dn: 'uid=a', password: 'pä' })).toString('hex'),
    '3014' + '020101' + '600f' + '020103' + '0405' + '7569643d61' + '8003' + '70c3a4',
  );
});

test('encodeBindRequest() writes long lengths in two bytes', () => {
  const bytes = Buffer.from(encodeBindRequest({ dn: 'x'.repeat(200), password: 'y'.repeat(1024) }));
  assert.equal(bytes.readUInt16BE(2), bytes.length - 4);
  assert.equal(bytes[1], 0x82);
});

const answers = [
  { name: 'success', bytes: success, expected: { code: 0, message: '' } },
  {
    name: 'invalidCredentials with a message',
    bytes: response(2, 1, 1, 0x61, 9, 10, 1, 49, 4, 0, 4, 2, 0x6e, 0x6f),
    expected: { code: 49, message: 'no' },
  },
  {
    name: 'lengths in the long form, as Active Directory writes them',
    bytes: Uint8Array.of(0x30, 0x84, 0, 0, 0, 16, 2, 1, 1, 0x61, 0x84, 0, 0, 0, 7, 10, 1, 0, 4, 0, 4, 0),
    expected: { code: 0, message: '' },
  },
];

for (const { name, bytes, expected } of answers) {
  test(`parseBindResponse() reads ${name}, and nothing before it is complete`, () => {
    for (let size = 0; size < bytes.length; size++) assert.equal(parseBindResponse(bytes.subarray(0, size)), undefined);
    assert.deepEqual(parseBindResponse(bytes), expected);
  });
}

const faults = [
  { name: 'what is not LDAP', bytes: Buffer.from('220 mail.example.com ESMTP\r\n'.padEnd(80)) },
  { name: 'an answer to another message', bytes: response(2, 1, 2, 0x61, 7, 10, 1, 0, 4, 0, 4, 0) },
  { name: 'a notice of disconnection', bytes: response(2, 1, 0, 0x78, 7, 10, 1, 52, 4, 0, 4, 0) },
  { name: 'an answer to a search', bytes: response(2, 1, 1, 0x65, 7, 10, 1, 0, 4, 0, 4, 0) },
  { name: 'a result code that is none', bytes: response(2, 1, 1, 0x61, 7, 4, 1, 0, 4, 0, 4, 0) },
  { name: 'an element that is longer than what is around it', bytes: response(2, 1, 1, 0x61, 9, 10, 1, 0, 4, 0, 4, 0) },
  { name: 'an indefinite length', bytes: Uint8Array.of(0x30, 0x80, 0, 0) },
  { name: 'a length of five bytes', bytes: Uint8Array.of(0x30, 0x85, 0, 0, 0, 0, 1) },
  { name: 'a huge length', bytes: Uint8Array.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff) },
];

for (const { name, bytes } of faults) {
  test(`parseBindResponse() throws at ${name}`, () => {
    assert.throws(() => parseBindResponse(bytes), /LDAP/);
  });
}
