// The configuration with what only the gateway can read of it: logins and local addresses, with every fault in one run.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type GatewayConfig, loadGatewayConfig } from '../../src/commands/gateway-config.ts';
import { toFaultLine } from '../../src/config/fault.ts';
import { makePair } from '../support/certificates.ts';
import { memoryFiles } from '../support/memory-files.ts';

function load(file: string, files: Readonly<{ [path: string]: string }> = {}): GatewayConfig {
  const readFile = memoryFiles({ 'config.txt': file, ...files });
  return loadGatewayConfig({ argv: ['--config-file', 'config.txt'], env: {}, readFile });
}

const chains = [
  { file: '', labels: [] },
  { file: 'smtp-auth:', labels: [] },
  { file: 'smtp-auth: file:///etc/users  users://a*', labels: ['file:///etc/users', 'users://a*'] },
  {
    file: 'smtp-auth: file:///etc/users\nsmtp-auth: hardcoded://u:p,v:q radius://id:secret@h:1812',
    labels: ['file:///etc/users', 'hardcoded://(2 users)', 'radius://id:***@h:1812'],
  },
  { file: 'smtp-username: u\nsmtp-password: a, b c', labels: ['smtp-username'] },
  {
    file: 'smtp-username: u\nsmtp-auth: HARDCODED://v:q\nsmtp-password: p',
    labels: ['hardcoded://(1 user)', 'smtp-username'],
  },
];

for (const { file, labels } of chains) {
  test(`loadGatewayConfig() reads the backends of ${JSON.stringify(file)} in their order`, () => {
    const { authBackends, faults } = load(file);
    assert.deepEqual(faults, []);
    assert.deepEqual(authBackends.map(({ label }) => label), labels);
  });
}

test('loadGatewayConfig() asks smtp-username and smtp-password verbatim', async () => {
  const [backend] = load('smtp-username: u\nsmtp-password: a, b: #c').authBackends;
  const opened = await backend?.open({ log: { emit: () => {}, close: () => {} } });
  const { signal } = new AbortController();
  assert.equal(await opened?.check({ username: 'u', password: 'a, b: #c' }, signal), true);
  assert.equal(await opened?.check({ username: 'u', password: 'a' }, signal), false);
});

const HARDCODED = 'hardcoded:// takes user:password,user2:password2';
const faulty = [
  {
    name: 'an unknown scheme',
    file: 'smtp-auth: gopher://hunter2',
    fault: /^config\.txt:1: smtp-auth: "gopher:\/\/" is no backend; accepted are hardcoded:\/\/user:password, file/,
  },
  {
    name: 'the second half of a password with a blank',
    file: 'smtp-auth: hardcoded://u:hunter1 hunter2',
    fault: /^config\.txt:1: smtp-auth: is no URL; accepted are /,
  },
  {
    name: "the slip in MailerQ's documentation",
    file: '\nsmtp-auth: users://a\nsmtp-auth: hardcoded://u:hunter1,v,hunter2',
    fault: new RegExp(`^config\\.txt:3: smtp-auth: entry 2 has no colon [^;]*; ${HARDCODED}`),
  },
  {
    name: 'an empty password',
    file: 'smtp-auth: hardcoded://u:hunter1,v:',
    fault: /^config\.txt:1: smtp-auth: entry 2 can never log in: empty password; /,
  },
  {
    name: 'a pair that can never log in',
    file: `smtp-username: ${'u'.repeat(256)}\nsmtp-password: hunter2`,
    fault: /^config\.txt:1: smtp-username: smtp-username with smtp-password can never log in: user name too long$/,
  },
];

for (const { name, file, fault } of faulty) {
  test(`loadGatewayConfig() finds ${name}, in its line and without any secret`, () => {
    const lines = load(file).faults.map(toFaultLine);
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', fault);
    assert.doesNotMatch(lines.join(), /hunter/);
  });
}

test('loadGatewayConfig() names every fault in one run, whoever finds it', () => {
  const file = 'smtp-port: x\nsmtp-auth: nonsense gopher://x\nlocal-addresses: /local\n';
  const { faults } = load(file, { '/local': '# ours\nexact a@example.com\nexcat b@example.com\n' });
  assert.deepEqual(faults.map(({ where }) => where), [
    'config.txt:1: smtp-port',
    'config.txt:2: smtp-auth',
    'config.txt:2: smtp-auth',
    'config.txt:3: local-addresses',
  ]);
  assert.equal(
    faults.at(-1)?.text,
    '/local, line 3: expected exact, substr, fnmatch or regex, a blank and a pattern',
  );
});

test('loadGatewayConfig() tells once that the file of local addresses is not there', () => {
  assert.deepEqual(load('local-addresses: /none').faults.map(toFaultLine), [
    'config.txt:1: local-addresses: /none cannot be read: no such file (ENOENT), check the path',
  ]);
});

test('loadGatewayConfig() shows labels in place of the URLs', () => {
  const { shown } = load('smtp-auth: hardcoded://u:hunter2 ldap://h/dc=x\n');
  assert.equal(shown.get('smtp-auth'), 'hardcoded://(1 user) ldap://h/dc=x');
});

const [pair, other] = [makePair('mx.example.com'), makePair('other.example.com')];
const pemFiles = { '/mx.pem': pair.certificate, '/mx.key': pair.key, '/other.key': other.key };

const certificates: readonly { name: string; file: string; faults: readonly string[] }[] = [
  { name: 'a pair', file: 'smtp-certificate: /mx.pem\nsmtp-key: /mx.key', faults: [] },
  { name: 'the certificate that is made at the start', file: 'smtp-certificate: self-signed', faults: [] },
  {
    name: 'the key of another certificate',
    file: 'smtp-certificate: /mx.pem\nsmtp-key: /other.key',
    faults: ['config.txt:1: smtp-certificate: /other.key holds the key of another certificate than the one in /mx.pem'],
  },
  {
    name: 'a certificate without key',
    file: 'smtp-certificate: /mx.pem',
    faults: [
      'config.txt:1: smtp-certificate: /mx.pem holds a certificate and no private key: name the file with the key',
    ],
  },
  {
    name: 'a key that is not there, once',
    file: 'smtp-certificate: /mx.pem\nsmtp-key: /none',
    faults: ['config.txt:2: smtp-key: /none cannot be read: no such file (ENOENT), check the path'],
  },
];

for (const { name, file, faults } of certificates) {
  test(`loadGatewayConfig() looks at ${name}`, () => {
    assert.deepEqual(load(file, pemFiles).faults.map(toFaultLine), faults);
  });
}
