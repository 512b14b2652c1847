// The published JSON Schema: it is the one in the source, and it tells records from what is none.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as v from 'valibot';
import { toRecordJsonSchema } from '../../scripts/record-json-schema.ts';
import { recordSchema } from '../../src/queue/record-schema.ts';
import { findSchemaFaults } from '../support/validate-record.ts';

const HTTP = { authentication: 'shop', 'remote-ip': '192.0.2.1', 'remote-port': 40000 };
const MINIMAL = {
  'message-id': '0A',
  received: '2026-01-02 03:04:05',
  hostname: 'mx.example.com',
  recipient: 'info@example.com',
  mime: '',
  size: 0,
  sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  http: HTTP,
};
const { http: _, ...WITHOUT_ORIGIN } = MINIMAL;
const CONNECTION = { 'local-ip': '::1', 'local-port': 25, 'remote-ip': '::1', 'remote-port': 1, secure: false };

test('docs/record.schema.json is what the source says (npm run docs)', () => {
  const path = new URL('../../docs/record.schema.json', import.meta.url);
  assert.equal(readFileSync(path, 'utf8'), toRecordJsonSchema());
});

const records = [
  ['the least a record can be', MINIMAL],
  ['all of SMTP', {
    ...WITHOUT_ORIGIN,
    envelope: 'a@example.com',
    'mime-encoding': 'base64',
    connection: { ...CONNECTION, secure: true, user: 'me' },
    helo: '[192.0.2.1]',
    tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
    dsn: { notify: 'NEVER', ret: 'HDRS', envid: 'x', orcpt: 'rfc822;a@example.com' },
  }],
  ['a record of the command line', { ...WITHOUT_ORIGIN, cli: { command: 'inject', arguments: ['a@b'], user: 'me' } }],
  ['properties of MailerQ', {
    ...MINIMAL,
    ips: ['192.0.2.1'],
    pool: 'fast',
    tags: ['one'],
    data: { any: [1, null] },
    queues: { results: null, success: 'done' },
    smarthost: { hostname: 'relay.example.com', port: 25 },
    nextattempt: { time: '2026-01-02 03:04:05' },
    maxattempts: 3,
    retries: [60, 120],
    inlinecss: 1,
    keepmime: true,
    priority: 255,
    security: 'verified',
    dkim: [{ domain: 'example.com' }],
    headers: { remove: 'x-a', replace: { 'x-b': ['1', '2'] } },
  }],
  ['one element for each check', {
    ...MINIMAL,
    checks: [
      { spf: 'pass', 'smtp.mailfrom': 'a@example.com' },
      { dkim: 'none' },
      { dmarc: 'fail', 'header.from': 'a@example.com' },
      { arc: 'none' },
      { spam: { score: -1.5, threshold: 5, result: 'pass', symbols: ['HTML_MESSAGE'] } },
      { spam: { result: 'temperror' } },
    ],
  }],
  ['custom properties of any type', { ...MINIMAL, 'campaign-id': 7, nested: { a: [null] }, nothing: null }],
] as const;

for (const [name, record] of records) {
  test(`the schema takes ${name}`, () => {
    assert.deepEqual(findSchemaFaults(record), []);
    assert.equal(v.is(recordSchema, record), true);
  });
}

const faulty = [
  ['no object', []],
  ...Object.keys(MINIMAL).map((name) =>
    [`no ${name}`, Object.fromEntries(Object.entries(MINIMAL).filter(([each]) => each !== name))] as const
  ),
  ['a lower-case id', { ...MINIMAL, 'message-id': '0a' }],
  ['an id of 33 characters', { ...MINIMAL, 'message-id': '0'.repeat(33) }],
  ['an ISO time', { ...MINIMAL, received: '2026-01-02T03:04:05Z' }],
  ['an empty envelope', { ...MINIMAL, envelope: '' }],
  ['a null envelope', { ...MINIMAL, envelope: null }],
  ['an empty recipient', { ...MINIMAL, recipient: '' }],
  ['another encoding', { ...MINIMAL, 'mime-encoding': 'gzip' }],
  ['a size that is no whole number', { ...MINIMAL, size: 1.5 }],
  ['a negative size', { ...MINIMAL, size: -1 }],
  ['an upper-case hash', { ...MINIMAL, sha256: MINIMAL.sha256.toUpperCase() }],
  ['two origins', { ...MINIMAL, connection: CONNECTION }],
  ['half a connection', { ...WITHOUT_ORIGIN, connection: { 'remote-ip': '::1' } }],
  ['a port beyond 65535', { ...MINIMAL, http: { ...HTTP, 'remote-port': 65536 } }],
  ['a priority that no octet holds', { ...MINIMAL, priority: 256 }],
  ['tags that are no list', { ...MINIMAL, tags: 'one' }],
  ['a spam verdict that is a word', { ...MINIMAL, checks: [{ spam: 'pass', score: 1 }] }],
  ['a spam verdict without a result', { ...MINIMAL, checks: [{ spam: { score: 1 } }] }],
  ['dsn that is no object', { ...MINIMAL, dsn: 'NEVER' }],
] as const;

for (const [name, record] of faulty) {
  test(`the schema refuses ${name}`, () => assert.notDeepEqual(findSchemaFaults(record), []));
}
