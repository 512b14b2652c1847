// What needs a certificate, what a certificate needs, and the one that logins bring along.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadText } from '../support/load-text.ts';

const files = { '/etc/mx.pem': '', '/etc/mx.key': '' };
const needs = 'needs smtp-certificate: set it to the path of a certificate, or to self-signed';

const cases: readonly { name: string; file: string; faults?: readonly string[]; warnings?: readonly string[] }[] = [
  { name: 'a certificate with its key', file: 'smtp-certificate: /etc/mx.pem\nsmtp-privatekey: /etc/mx.key' },
  { name: 'a certificate with the key inside', file: 'smtp-certificate: /etc/mx.pem' },
  { name: 'a self-signed certificate', file: 'smtp-certificate: self-signed\nsmtp-secure-port: 465' },
  {
    name: 'a secure port without a certificate',
    file: 'smtp-secure-port: 465',
    faults: [`config.txt:1: smtp-secure-port: ${needs}`],
  },
  {
    name: 'a key without a certificate',
    file: 'smtp-key: /etc/mx.key',
    faults: ['config.txt:1: smtp-key: is the key of no certificate: set smtp-certificate, too'],
  },
  {
    name: 'a key beside a self-signed certificate',
    file: 'smtp-certificate: self-signed\nsmtp-privatekey: /etc/mx.key',
    faults: [
      'config.txt:2: smtp-privatekey: does not go with smtp-certificate: self-signed, which brings its own key',
    ],
  },
  {
    name: 'files that are not there',
    file: 'smtp-certificate: /no.pem\nsmtp-key: /no.key',
    faults: [
      'config.txt:1: smtp-certificate: /no.pem cannot be read: no such file (ENOENT), check the path',
      'config.txt:2: smtp-key: /no.key cannot be read: no such file (ENOENT), check the path',
    ],
  },
  {
    name: 'a port that is plain and secure',
    file: 'smtp-certificate: self-signed\nsmtp-port: 25,465-466\nsmtp-secure-port: 465,466,467',
    faults: [
      'config.txt:3: smtp-secure-port: 465, 466 is in smtp-port (config.txt:2), too: a port is either plain or secure',
    ],
  },
  {
    name: 'the default port as a secure one',
    file: 'smtp-certificate: self-signed\nsmtp-secure-port: 25',
    faults: [
      'config.txt:2: smtp-secure-port: 25 is in smtp-port (the default), too: a port is either plain or secure',
    ],
  },
  {
    name: 'ciphers without a certificate',
    file: 'smtp-ciphers: HIGH',
    warnings: ['config.txt:1: smtp-ciphers: has no effect: smtp-certificate is not set'],
  },
];

for (const { name, file, faults = [], warnings = [] } of cases) {
  test(`checkTls() looks at ${name}`, () => {
    const loaded = loadText({ file, files });
    assert.deepEqual(loaded.faults, faults);
    assert.deepEqual(loaded.warnings, warnings);
  });
}

for (const login of ['smtp-auth: hardcoded://u:p', 'smtp-username: u\nsmtp-password: p']) {
  const [name = ''] = login.split(':');
  test(`${name} brings a self-signed certificate, with a warning`, () => {
    const { config, given, faults, warnings } = loadText({ file: `${login}\nsmtp-secure-port: 465` });
    assert.deepEqual(faults, []);
    assert.equal(config['smtp-certificate'], 'self-signed');
    assert.equal(given.get('smtp-certificate')?.origin, `${name} (config.txt:1)`);
    assert.deepEqual(warnings, [
      `config.txt:1: ${name}: smtp-certificate is not set: self-signed is used, ` +
      'which clients that verify certificates refuse',
    ]);
  });
}

test('a certificate that is given is the one that logins use', () => {
  const { config, warnings } = loadText({ file: 'smtp-auth: hardcoded://u:p\nsmtp-certificate: /etc/mx.pem', files });
  assert.equal(config['smtp-certificate'], '/etc/mx.pem');
  assert.deepEqual(warnings, []);
});

test('a secure port alone is a door', () => {
  const file = 'smtp-port: 0\nhttp-port: 0\nsmtp-secure-port: 465\nsmtp-certificate: self-signed';
  assert.deepEqual(loadText({ file }).warnings, []);
});
