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
  {
    name: 'a secure HTTP port without a certificate',
    file: 'http-secure-port: 8486\nhttp-ciphers: HIGH',
    faults: [`config.txt:1: http-secure-port: ${needs.replace('smtp', 'http')}`],
    warnings: ['config.txt:2: http-ciphers: has no effect: http-certificate is not set'],
  },
  {
    name: 'a key of the HTTP door without a certificate',
    file: 'www-private-key: /etc/mx.key',
    faults: ['config.txt:1: www-private-key: is the key of no certificate: set http-certificate, too'],
  },
  {
    name: 'an HTTP port that is plain and secure',
    file: 'http-certificate: self-signed\nhttp-secure-port: 8485',
    faults: [
      'config.txt:2: http-secure-port: 8485 is in http-port (the default), too: a port is either plain or secure',
    ],
  },
  {
    name: 'an HTTP certificate without a port',
    file: 'http-certificate: self-signed',
    warnings: ['config.txt:1: http-certificate: has no effect: http-secure-port is not set'],
  },
  { name: 'a secure HTTP port with a certificate', file: 'http-certificate: self-signed\nhttp-secure-port: 8486' },
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
