// The two files of the self-signed certificate: made once, private, the same for everybody who asks.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CertificateError, loadCertificate } from '../../src/net/certificate.ts';
import { keepSelfSigned } from '../../src/net/kept-self-signed.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

test('The first call makes the pair, readable by its owner alone, and leaves nothing else', (context) => {
  const directory = makeTemporaryDirectory(context);
  const files = keepSelfSigned({ directory, name: 'mx.example.com' });
  assert.deepEqual(files, {
    certificatePath: join(directory, 'self-signed.crt'),
    keyPath: join(directory, 'self-signed.key'),
  });
  assert.equal(loadCertificate(files).subject, 'CN=mx.example.com');
  assert.deepEqual(readdirSync(directory).sort(), ['self-signed.crt', 'self-signed.key']);
  for (const path of Object.values(files)) assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('Later calls find it as it is, whatever the name is now', (context) => {
  const directory = makeTemporaryDirectory(context);
  const files = keepSelfSigned({ directory, name: 'mx.example.com' });
  const before = loadCertificate(files);
  assert.deepEqual(loadCertificate(keepSelfSigned({ directory, name: 'other.example.com' })), before);
});

test('A lost certificate is made again for the key that is there, so that pairs always match', (context) => {
  const directory = makeTemporaryDirectory(context);
  const files = keepSelfSigned({ directory, name: 'mx.example.com' });
  const { key } = loadCertificate(files);
  rmSync(files.certificatePath);
  assert.equal(loadCertificate(keepSelfSigned({ directory, name: 'mx.example.com' })).key, key);
});

test('A file that appears while it is being made is taken and never replaced', (context) => {
  const directory = makeTemporaryDirectory(context);
  const target = join(directory, 'elsewhere.key');
  symlinkSync(target, join(directory, 'self-signed.key')); // to a read it is missing, to a link it is there
  assert.throws(() => keepSelfSigned({ directory, name: 'mx.example.com' }), CertificateError);
  assert.deepEqual(readdirSync(directory), ['self-signed.key']);
  writeFileSync(
    target,
    readFileSync(keepSelfSigned({ directory: makeTemporaryDirectory(context), name: 'a' }).keyPath),
  );
  assert.equal(loadCertificate(keepSelfSigned({ directory, name: 'a.example.com' })).subject, 'CN=a.example.com');
});

test('A directory that is not there is an error that names it', (context) => {
  const directory = join(makeTemporaryDirectory(context), 'missing');
  assert.throws(
    () => keepSelfSigned({ directory, name: 'mx.example.com' }),
    (error) => error instanceof CertificateError && error.message.includes(`cannot be kept in ${directory}: ENOENT`),
  );
});
