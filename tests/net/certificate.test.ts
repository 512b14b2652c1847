// Certificates and keys as operators bring them: what is loaded, and what each mistake is called.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test, type TestContext } from 'node:test';
import { CertificateError, loadCertificate } from '../../src/net/certificate.ts';
import { makePair, writePair } from '../support/certificates.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const fixtures = resolve(import.meta.dirname ?? '.', '../fixtures/tls');
const issued = readFileSync(join(fixtures, 'broker.pem'), 'utf8');
const issuedKey = readFileSync(join(fixtures, 'broker-key.pem'), 'utf8');
const authority = readFileSync(join(fixtures, 'authority.pem'), 'utf8');
const pair = makePair('mx.example.com');
const other = makePair('other.example.com');

const load = (context: TestContext, certificate: string, key: string) =>
  loadCertificate(writePair(makeTemporaryDirectory(context), { certificate, key }));

test('A pair is loaded with what the log says of it', (context) => {
  const certificate = load(context, pair.certificate, pair.key);
  assert.equal(certificate.cert, pair.certificate);
  assert.equal(certificate.key, pair.key);
  assert.equal(certificate.subject, 'CN=mx.example.com');
  assert.match(certificate.fingerprint, /^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  assert.deepEqual(certificate.doubts, []);
  assert.ok(certificate.notBefore < new Date() && certificate.notAfter > new Date());
});

test('A chain is loaded with the text around its certificates left out', (context) => {
  const certificate = load(context, `subject=CN=localhost\n${issued}\nissuer\n${authority}`, issuedKey);
  assert.equal(certificate.cert, `${issued.trim()}\n${authority.trim()}\n`);
  assert.deepEqual(certificate.doubts, []);
});

test('Certificate and key may stand in one file, in any order', (context) => {
  const path = join(makeTemporaryDirectory(context), 'both.pem');
  for (const text of [pair.key + pair.certificate, pair.certificate + pair.key]) {
    writeFileSync(path, text);
    assert.equal(loadCertificate({ certificatePath: path, keyPath: path }).key, pair.key);
  }
});

test('A chain with a stranger in it is loaded with a doubt', (context) => {
  const { doubts } = load(context, issued + other.certificate + authority, issuedKey);
  assert.equal(doubts.length, 1);
  assert.match(doubts[0] ?? '', /server\.crt: certificate 2 did not issue certificate 1; /);
});

const encrypted = pair.key.replaceAll('PRIVATE', 'ENCRYPTED PRIVATE');
const damaged = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const damagedKey = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n';

const mistakes: readonly { name: string; certificate: string; key: string; message: RegExp }[] = [
  {
    name: 'the key of another certificate',
    certificate: pair.certificate,
    key: other.key,
    message: /server\.key holds the key of another certificate than the one in \S+server\.crt$/,
  },
  {
    name: 'the issuer before the certificate',
    certificate: authority + issued,
    key: issuedKey,
    message: /server\.crt: the certificate of the key is number 2 and must be the first/,
  },
  {
    name: 'the two files swapped',
    certificate: pair.key,
    key: pair.certificate,
    message: /server\.crt holds a private key and no certificate: are the two files swapped\?$/,
  },
  {
    name: 'a certificate where the key should be',
    certificate: pair.certificate,
    key: pair.certificate,
    message: /server\.key holds a certificate and no private key: name the file with the key$/,
  },
  {
    name: 'an empty certificate file',
    certificate: '',
    key: pair.key,
    message: /server\.crt holds no certificate in PEM form/,
  },
  {
    name: 'a certificate that is not PEM',
    certificate: '\x30\x82\x01\x02',
    key: pair.key,
    message: /server\.crt holds no certificate in PEM form .*openssl x509 converts/,
  },
  {
    name: 'an empty key file',
    certificate: pair.certificate,
    key: '',
    message: /server\.key holds no private key in PEM/,
  },
  {
    name: 'two keys',
    certificate: pair.certificate,
    key: pair.key + other.key,
    message: /server\.key holds 2 private keys: leave one$/,
  },
  {
    name: 'a key with a passphrase',
    certificate: pair.certificate,
    key: encrypted,
    message: /server\.key is encrypted, and nobody is there to type the passphrase/,
  },
  {
    name: 'a damaged key',
    certificate: pair.certificate,
    key: damagedKey,
    message: /server\.key holds no private key that can be used: /,
  },
  {
    name: 'a damaged certificate',
    certificate: damaged,
    key: pair.key,
    message: /server\.crt: certificate 1 is damaged: /,
  },
  {
    name: 'a damaged certificate further down',
    certificate: pair.certificate + damaged,
    key: pair.key,
    message: /server\.crt: certificate 2 is damaged: /,
  },
];

for (const { name, certificate, key, message } of mistakes) {
  test(`loadCertificate() says what is wrong with ${name}`, (context) => {
    assert.throws(() => load(context, certificate, key), (error) => {
      assert.ok(error instanceof CertificateError);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /BEGIN PRIVATE KEY-----\n|AAAA/);
      return true;
    });
  });
}

test('loadCertificate() says which file is missing or is a directory', (context) => {
  const directory = makeTemporaryDirectory(context);
  const { certificatePath, keyPath } = writePair(directory, pair);
  const missing = join(directory, 'missing.pem');
  assert.throws(() => loadCertificate({ certificatePath: missing, keyPath }), {
    message: `${missing} cannot be read: there is no such file`,
  });
  assert.throws(() => loadCertificate({ certificatePath, keyPath: missing }), {
    message: `${missing} cannot be read: there is no such file`,
  });
  assert.throws(() => loadCertificate({ certificatePath: directory, keyPath }), /cannot be read: it is a directory$/);
});
