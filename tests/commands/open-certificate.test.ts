// The certificate of the configuration, opened: which files it is in, and what the log says of it.
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openCertificate, toCertificateFiles } from '../../src/commands/open-certificate.ts';
import { type Config, KEY_NAMES, KEYS } from '../../src/config/keys.ts';
import type { LiveCertificate } from '../../src/net/live-certificate.ts';
import { takesCipherStrings } from '../../src/net/secure-context.ts';
import { makePair, writePair } from '../support/certificates.ts';
import { createRecordingLog, type RecordingLog } from '../support/recording-log.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

function toConfig(given: Partial<Config>): Config {
  const defaults = Object.fromEntries(KEY_NAMES.map((name) => [name, KEYS[name].initial])) as Config;
  return { ...defaults, ...given };
}

interface Opened {
  readonly certificate: LiveCertificate | undefined;
  readonly log: RecordingLog;
}

function open(context: TestContext, given: Partial<Config>): Opened {
  const log = createRecordingLog();
  const certificate = openCertificate(toConfig(given), { log, door: 'smtp', greetingName: 'mx.example.com' });
  context.after(() => certificate?.close());
  return { certificate, log };
}

test('Without smtp-certificate there is none', (context) => {
  const { certificate, log } = open(context, {});
  assert.equal(certificate, undefined);
  assert.deepEqual(log.events, []);
});

test('A certificate without smtp-key holds its key itself', () => {
  const files = { certificatePath: '/a', keyPath: '/a' };
  assert.deepEqual(toCertificateFiles(toConfig({ 'smtp-certificate': '/a' }), 'smtp'), files);
  assert.equal(toCertificateFiles(toConfig({ 'smtp-certificate': 'self-signed' }), 'smtp'), undefined);
  assert.equal(toCertificateFiles(toConfig({ 'smtp-certificate': '/a' }), 'http'), undefined);
  assert.deepEqual(toCertificateFiles(toConfig({ 'http-certificate': '/a', 'http-key': '/b' }), 'http'), {
    certificatePath: '/a',
    keyPath: '/b',
  });
});

test('self-signed is made beside queue-path for the greeting name, and found there again', (context) => {
  const directory = makeTemporaryDirectory(context);
  const given = { 'smtp-certificate': 'self-signed', 'queue-path': join(directory, 'queue.db') };
  const [first, second] = [open(context, given), open(context, given)];
  assert.deepEqual(readdirSync(directory).sort(), ['self-signed.crt', 'self-signed.key']);
  const [loaded] = first.log.events;
  assert.equal(loaded?.event, 'tls.certificate-loaded');
  assert.equal(loaded?.fields['certificate'], join(directory, 'self-signed.crt'));
  assert.equal(loaded?.fields['subject'], 'CN=mx.example.com');
  assert.match(String(loaded?.fields['validUntil']), /^\d{4}-\d\d-\d\dT/);
  assert.deepEqual(second.log.events, first.log.events);
});

test('The log tells of a new certificate, of one that cannot be used, and of doubts; never of the key', (context) => {
  const directory = makeTemporaryDirectory(context);
  const files = writePair(directory, makePair('mx.example.com', new Date('2010-01-01')));
  const { certificate, log } = open(context, {
    'smtp-certificate': files.certificatePath,
    'smtp-key': files.keyPath,
  });
  writeFileSync(files.keyPath, makePair('other').key);
  certificate?.reload();
  assert.deepEqual(log.events.map(({ event }) => event), [
    'tls.certificate-loaded',
    'tls.certificate-doubtful',
    'tls.certificate-failed',
  ]);
  assert.match(String(log.events[1]?.fields['doubt']), /^it expired on 2020-01-01T/);
  assert.match(String(log.events[2]?.fields['error']), /server\.key holds the key of another certificate/);
  assert.doesNotMatch(JSON.stringify(log.events), /PRIVATE/);
});

test('A certificate that cannot be used is an error that names the setting', (context) => {
  const directory = makeTemporaryDirectory(context);
  const missing = join(directory, 'none.pem');
  assert.throws(() => open(context, { 'smtp-certificate': missing }), {
    message: `smtp-certificate: ${missing} cannot be read: there is no such file`,
  });
  const given = { 'smtp-certificate': 'self-signed', 'queue-path': join(directory, 'none', 'queue.db') };
  assert.throws(
    () => open(context, given),
    /^CertificateError: smtp-certificate: the self-signed certificate cannot be/,
  );
});

test('A runtime that cannot follow smtp-ciphers says so', (context) => {
  const directory = makeTemporaryDirectory(context);
  const { log } = open(context, {
    'smtp-certificate': 'self-signed',
    'smtp-ciphers': 'HIGH',
    'queue-path': join(directory, 'queue.db'),
  });
  const warned = log.events.some(({ event }) => event === 'tls.ciphers-ignored');
  assert.equal(warned, !takesCipherStrings);
});
