// PEM texts as certificate tools write them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePem } from '../../src/net/pem.ts';

const block = (label: string, body = 'AAAA') => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----`;
const [first, second] = [block('CERTIFICATE', 'AAAA'), block('X509 CERTIFICATE', 'BBBB')];

test('Certificates come in the order of the text, whatever stands around them', () => {
  const text = `subject=CN=a\n${first}\n\nissuer=CN=b\n${second}\ntrailing`;
  assert.deepEqual(parsePem(text), { certificates: [first, second], keys: [] });
});

test('Line ends of Windows and none at the end of the file are taken', () => {
  const text = `${first}\n${second}`.replaceAll('\n', '\r\n');
  assert.equal(parsePem(text).certificates.length, 2);
});

for (const label of ['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY']) {
  test(`${label} is a key that can be read`, () => {
    const key = block(label);
    assert.deepEqual(parsePem(`${block('EC PARAMETERS')}\n${key}`), {
      certificates: [],
      keys: [{ pem: key, isEncrypted: false }],
    });
  });
}

for (
  const key of [
    block('ENCRYPTED PRIVATE KEY'),
    block('RSA PRIVATE KEY', 'Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA'),
  ]
) {
  test(`A key with a passphrase is seen: ${key.slice(11, 50).replaceAll('\n', ' ')}`, () => {
    assert.deepEqual(parsePem(key).keys, [{ pem: key, isEncrypted: true }]);
  });
}

for (const text of ['', 'text', '-----BEGIN CERTIFICATE-----\nAAAA\n', block('PUBLIC KEY'), block('DH PARAMETERS')]) {
  test(`There is nothing in ${JSON.stringify(text)}`, () => {
    assert.deepEqual(parsePem(text), { certificates: [], keys: [] });
  });
}
