// The #ca= of a backend's URL.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseTrust, readTrust, warnOfCleartext } from '../../src/auth/trust.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

test('parseTrust() takes the path off the URL', () => {
  assert.deepEqual(parseTrust('ldaps://a/b', { secure: true }), { ok: true, value: { address: 'ldaps://a/b' } });
  assert.deepEqual(parseTrust('ldaps://a/b#ca=/c.pem', { secure: true }), {
    ok: true,
    value: { address: 'ldaps://a/b', caPath: '/c.pem' },
  });
});

const faults = [
  { url: 'ldaps://a/b#ca=c.pem', secure: true },
  { url: 'ldaps://a/b#', secure: true },
  { url: 'ldaps://a/b#x=/c.pem', secure: true },
  { url: 'ldap://a/b#ca=/c.pem', secure: false },
];

for (const { url, secure } of faults) {
  test(`parseTrust() refuses ${url}`, () => assert.equal(parseTrust(url, { secure }).ok, false));
}

test('readTrust() rejects what is missing or no certificate', async (context) => {
  const path = join(makeTemporaryDirectory(context), 'ca.pem');
  await assert.rejects(readTrust(path), /ENOENT/);
  writeFileSync(path, 'nothing');
  await assert.rejects(readTrust(path), /holds no certificate in PEM form/);
});

test('warnOfCleartext() warns of other hosts only', () => {
  const log = createRecordingLog();
  for (const host of ['localhost', '127.0.0.1', '::1', 'example.com']) warnOfCleartext(log, { host, backend: host });
  assert.deepEqual(log.events, [{ event: 'auth.cleartext', fields: { backend: 'example.com' } }]);
});
