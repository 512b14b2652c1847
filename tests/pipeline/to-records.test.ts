// From draft to records: which properties each door's records have, and which a caller can and cannot set.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { Draft } from '../../src/pipeline/draft.ts';
import { toRecords } from '../../src/pipeline/to-records.ts';
import { readRecord } from '../support/read-record.ts';
import { makeDraft, ORIGINS, SETTINGS, type SubmissionParts } from '../support/submissions.ts';
import type { PublishedRecord } from '../support/validate-record.ts';

function recordsOf(draft: Draft): PublishedRecord[] {
  return toRecords(draft, SETTINGS).map(({ body }) => readRecord(body));
}

function recordOf(parts: SubmissionParts): PublishedRecord {
  const [record = {}] = recordsOf(makeDraft(parts));
  return record;
}

const CONTENT = 'Subject: x\r\n\r\nbody\r\n';
const COMMON = {
  'message-id': 'ID0',
  recipient: 'info@example.org',
  received: '2026-01-02 03:04:05',
  hostname: 'mx.example.com',
  envelope: 'sender@example.com',
  mime: CONTENT,
  size: CONTENT.length,
  sha256: createHash('sha256').update(CONTENT).digest('hex'),
};
const CONNECTION = {
  'local-ip': '192.0.2.1',
  'local-port': 25,
  'remote-ip': '198.51.100.7',
  'remote-port': 40001,
  secure: false,
};
const TLS = { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' };
const secure = { ...ORIGINS.smtp.connection, secure: true, user: 'shop' };

const origins = [
  ['SMTP', ORIGINS.smtp, { connection: CONNECTION, helo: 'client.example.com' }],
  ['SMTP inside TLS with a user', { ...ORIGINS.smtp, connection: secure, tls: TLS }, {
    connection: { ...CONNECTION, secure: true, user: 'shop' },
    helo: 'client.example.com',
    tls: TLS,
  }],
  ['SMTP with an odd HELO', { ...ORIGINS.smtp, helo: 'a\r\n"\u00fc\u0000' }, {
    connection: CONNECTION,
    helo: 'a\r\n"\u00fc\u0000',
  }],
  ['HTTP', ORIGINS.http, { http: { authentication: 'shop', 'remote-ip': '198.51.100.7', 'remote-port': 40001 } }],
  ['the command line', ORIGINS.cli, { cli: { command: 'inject', arguments: ['a@example.com'], user: 'me' } }],
] as const;

for (const [name, origin, expected] of origins) {
  test(`toRecords() describes a message by ${name}, with these properties and no others`, () => {
    assert.deepEqual(recordOf({ origin }), { ...COMMON, ...expected });
  });
}

test('toRecords() leaves out envelope for the null sender', () => {
  assert.equal('envelope' in recordOf({ mailFrom: '' }), false);
});

test('toRecords() makes one record per recipient, in order, equal but for id, recipient and dsn', () => {
  const draft = makeDraft({ recipients: ['a@example.org', 'A@example.org', 'a@example.org'] });
  const records = recordsOf(draft);
  assert.deepEqual(records.map((record) => record['recipient']), ['a@example.org', 'A@example.org', 'a@example.org']);
  assert.deepEqual(records.map((record) => record['message-id']), ['ID0', 'ID1', 'ID2']);
  for (const record of records) {
    assert.deepEqual({ ...record, recipient: '', 'message-id': '' }, {
      ...records[0],
      recipient: '',
      'message-id': '',
    });
  }
});

test('toRecords() encodes the content once for all recipients', () => {
  const recipients = Array.from({ length: 50 }, (_, index) => `r${index}@example.org`);
  const [first, ...others] = toRecords(makeDraft({ recipients }), SETTINGS);
  for (const { body } of others) {
    assert.deepEqual(body.slice(1).map((piece) => first?.body.includes(piece)), [true, true, true]);
  }
});

test('toRecords() joins header section and body', () => {
  const draft = makeDraft();
  draft.header = Buffer.from('A: 1\r\n\r\n');
  draft.body = [Buffer.from('b'), Buffer.alloc(0), Buffer.from('c')];
  const [record] = recordsOf(draft);
  assert.equal(record?.['mime'], 'A: 1\r\n\r\nbc');
});

test('toRecords() keeps dsn to the recipient who has it', () => {
  const draft = makeDraft();
  const dsn = { notify: 'SUCCESS', orcpt: 'rfc822;info@example.org', ret: 'HDRS', envid: 'QQ314159' };
  const recipients = [{ address: 'a@example.org', dsn }, { address: 'b@example.org' }];
  const records = recordsOf({ ...draft, ids: ['ID0', 'ID1'], recipients });
  assert.deepEqual(records.map((record) => record['dsn']), [dsn, undefined]);
});

test('toRecords() passes the properties of the caller through, whatever their type', () => {
  const properties = {
    tags: ['a', 'b'],
    dsn: { notify: 'NEVER' },
    'campaign-id': 7,
    nested: { list: [null, { deep: '\u2028' }] },
    nothing: null,
    size2: 0,
  };
  assert.deepEqual(recordOf({ origin: ORIGINS.http, properties }), {
    ...COMMON,
    ...properties,
    http: recordOf({ origin: ORIGINS.http })['http'],
  });
});

test('toRecords() gives names that only look special to JavaScript no special treatment', () => {
  const properties = JSON.parse('{"__proto__": {"x": 1}, "constructor": "c", "toString": "s", "toJSON": "j"}');
  const [encoded] = toRecords(makeDraft({ properties }), SETTINGS);
  const text = Buffer.concat(encoded?.body ?? []).toString();
  for (const part of ['"__proto__":{"x":1}', '"constructor":"c"', '"toString":"s"', '"toJSON":"j"']) {
    assert.ok(text.includes(part));
  }
});

const gatewayNames = [
  'message-id',
  'received',
  'hostname',
  'envelope',
  'recipient',
  'mime',
  'mime-encoding',
  'size',
  'sha256',
  'connection',
  'http',
  'cli',
  'helo',
  'tls',
  'checks',
  'refused',
  'report',
  'spam',
];

for (const name of gatewayNames) {
  test(`toRecords() lets no caller set ${name}`, () => {
    for (const origin of Object.values(ORIGINS)) {
      for (const mailFrom of ['', 'sender@example.com']) {
        const draft = makeDraft({ origin, mailFrom, properties: { [name]: 'forged', tags: ['kept'] } });
        const [encoded] = toRecords(draft, SETTINGS);
        assert.equal(Buffer.concat(encoded?.body ?? []).includes('forged'), false);
        assert.deepEqual(readRecord(encoded?.body ?? []), { ...recordOf({ origin, mailFrom }), tags: ['kept'] });
      }
    }
  });
}

test('toRecords() takes the AMQP priority from the property, and the time in whole seconds', () => {
  const [plain] = toRecords(makeDraft(), SETTINGS);
  const [urgent] = toRecords(makeDraft({ properties: { priority: 7 } }), SETTINGS);
  assert.deepEqual([plain?.priority, plain?.timestamp], [undefined, 1767323045]);
  assert.equal(urgent?.priority, 7);
  assert.equal(readRecord(urgent?.body ?? [])['priority'], 7);
});

test('toRecords() throws rather than publish a record without an id', () => {
  assert.throws(() => toRecords({ ...makeDraft(), ids: [] }, SETTINGS), { message: 'A recipient has no message id' });
});

test('toRecords() writes domains of A-labels as U-labels and keeps the address for the reply', () => {
  const draft = makeDraft({ mailFrom: 'a@xn--bcher-kva.example', recipients: ['b@xn--bcher-kva.example'] });
  const [record] = toRecords(draft, SETTINGS);
  assert.equal(record?.recipient, 'b@xn--bcher-kva.example');
  const { envelope, recipient } = recordsOf(draft)[0] ?? {};
  assert.deepEqual([envelope, recipient], ['a@bücher.example', 'b@bücher.example']);
});
