import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { extractHeaders, extractXMq } from '../../src/pipeline/x-mq.ts';
import { makeDraft, SETTINGS } from '../support/submissions.ts';

const extract = (...lines: readonly string[]) =>
  extractXMq(Buffer.from([...lines, '', ''].map((line) => `${line}\r\n`).slice(0, -1).join('')));

const cases = [
  { lines: ['x-mq-ip: 192.0.2.1'], properties: { ips: ['192.0.2.1'] } },
  {
    lines: ['X-MQ-IP: 192.0.2.1; 2001:db8::1', 'x-mq-ip: 192.0.2.3'],
    properties: {
      ips: ['192.0.2.1', '2001:db8::1', '192.0.2.3'],
    },
  },
  { lines: ['x-mq-tag: first tag', 'x-mq-tag: second'], properties: { tags: ['first tag', 'second'] } },
  { lines: ['x-mq-pool: pool1'], properties: { pool: 'pool1' } },
  { lines: ['x-mq-delayed: 2026-11-21 10:00:00'], properties: { nextattempt: { time: '2026-11-21 10:00:00' } } },
  { lines: ['x-mq-maxdelivertime: 2026-11-21 10:00:00'], properties: { maxdelivertime: '2026-11-21 10:00:00' } },
  { lines: ['x-mq-maxattempts: 5'], properties: { maxattempts: 5 } },
  { lines: ['x-mq-retries: 300, 600,3600'], properties: { retries: [300, 600, 3600] } },
  { lines: ['x-mq-inlinecss: 1', 'x-mq-keepmime: no'], properties: { inlinecss: true, keepmime: false } },
  {
    lines: ['x-mq-results-queue: r', 'x-mq-failure-queue: f', 'x-mq-success-queue: s', 'x-mq-retry-queue: t'],
    properties: { queues: { results: 'r', failure: 'f', success: 's', retry: 't' } },
  },
  {
    lines: ['x-mq-smarthost-hostname: out.example', 'x-mq-smarthost-port: 2525', 'x-mq-smarthost-username: u'],
    properties: { smarthost: { hostname: 'out.example', port: 2525, username: 'u' } },
  },
  { lines: ['x-mq-smarthost-name: old.example'], properties: { smarthost: { hostname: 'old.example' } } },
  {
    lines: [
      'X-MQ-DSN-Notify: failure,delay',
      'x-mq-dsn-ret: hdrs',
      'x-mq-dsn-orcpt: rfc822;a@b',
      'x-mq-dsn-envid: e+20',
    ],
    properties: { dsn: { notify: 'FAILURE,DELAY', ret: 'HDRS', orcpt: 'rfc822;a@b', envid: 'e+20' } },
  },
  { lines: ['x-mq-Customer-Id: 42'], properties: { 'customer-id': '42' } },
  { lines: ['x-mq-queues.results: x'], properties: {}, dropped: 0, custom: 'queues.results' },
  { lines: ['x-mq-tag: folded', '  over lines'], properties: { tags: ['folded  over lines'] } },
  { lines: ['x-mq-tag: =?UTF-8?Q?gr=C3=BC=C3=9Fe?='], properties: { tags: ['grüße'] } },
  { lines: ['x-mq-tag: =?iso-8859-1?B?Z3L832U=?= =?utf-8?b?8J+OiQ==?='], properties: { tags: ['grüße🎉'] } },
  { lines: ['x-mq-tag: größe'], properties: { tags: ['größe'] } },
] as const;

for (const { lines, properties, ...rest } of cases) {
  test(`extractXMq() reads ${JSON.stringify(lines)}`, () => {
    const custom = 'custom' in rest ? { [rest.custom]: 'x' } : {};
    assert.deepEqual(extract(...lines).properties, { ...properties, ...custom });
    assert.deepEqual(extract(...lines).dropped, []);
  });
}

const droppedCases = [
  { line: 'x-mq-ip: 192.0.2.1, nonsense', why: /value does not fit/ },
  { line: 'x-mq-maxattempts: many', why: /value does not fit/ },
  { line: 'x-mq-smarthost-port: 70000', why: /value does not fit/ },
  { line: 'x-mq-retries: 1,,2', why: /value does not fit/ },
  { line: 'x-mq-delayed: tomorrow', why: /value does not fit/ },
  { line: 'x-mq-inlinecss: perhaps', why: /value does not fit/ },
  { line: 'x-mq-envelope: not an address', why: /x-mq-envelope/ },
  { line: 'x-mq-envelope: a@b.example\x01', why: /x-mq-envelope/ },
  { line: 'x-mq-tag: =?utf-8?q?a=0D=0ABcc:_x?=', why: /CR, LF or NUL/ },
  { line: 'x-mq-tag: =?utf-8?q?a=00b?=', why: /CR, LF or NUL/ },
  ...['recipient', 'mime', 'key', 'message-id', 'connection', 'checks', 'http', 'results', 'queues', 'priority']
    .map((name) => ({ line: `x-mq-${name}: x`, why: /reserved/ })),
  { line: 'x-mq-__proto__: x', why: /reserved/ },
  { line: 'x-mq-: x', why: /reserved/ },
];
for (const { line, why } of droppedCases) {
  test(`extractXMq() takes out ${JSON.stringify(line)} without effect and says why`, () => {
    const { properties, dropped, header, envelope } = extract('Subject: x', line);
    assert.deepEqual([properties, envelope], [{}, undefined]);
    assert.equal(dropped.length, 1);
    assert.match(dropped[0] ?? '', why);
    assert.equal(header.toString(), 'Subject: x\r\n\r\n');
    assert.doesNotMatch(dropped[0] ?? '', /nonsense|tomorrow/, 'a value is not for the log');
  });
}

const envelopes = [
  { line: 'x-mq-envelope: bounce@example.com', envelope: 'bounce@example.com' },
  { line: 'x-mq-envelope: <bounce@example.com>', envelope: 'bounce@example.com' },
  { line: 'x-mq-envelope: <>', envelope: '' },
];
for (const { line, envelope } of envelopes) {
  test(`extractXMq() finds the sender in ${line}`, () => assert.equal(extract(line).envelope, envelope));
}

test('extractXMq() lets the last of repeated headers count and says so', () => {
  const { properties, dropped } = extract('x-mq-pool: one', 'x-mq-pool: two');
  assert.deepEqual(properties, { pool: 'two' });
  assert.deepEqual(dropped, ['pool: given again, the last one counts']);
});

test('extractXMq() leaves every byte outside the extracted fields as it was', () => {
  const before =
    'Subject:  odd   spacing\t\r\nx-mq-tag: a\r\n folded\r\nX-Other: \xff\xfe\r\n \r\nX-MQ-Pool: p\r\nTo: a@b\r\n\r\n';
  const after = 'Subject:  odd   spacing\t\r\nX-Other: \xff\xfe\r\n \r\nTo: a@b\r\n\r\n';
  assert.equal(extractXMq(Buffer.from(before, 'latin1')).header.toString('latin1'), after);
});

test('extractXMq() hands back the same header when there is nothing to extract', () => {
  const header = Buffer.from('Subject: x\r\nX-Mqtag: y\r\n\r\n');
  assert.equal(extractXMq(header).header, header);
});

test('extractXMq() reads a bounded number of headers and takes all of them out', () => {
  const { properties, header, dropped } = extract(...Array.from({ length: 1500 }, (_, index) => `x-mq-tag: ${index}`));
  assert.equal((properties['tags'] as readonly string[]).length, 1000);
  assert.deepEqual(dropped, ['x-mq-*: 500 headers more than 1000']);
  assert.equal(header.toString(), '\r\n');
});

const headerBytes = Buffer.from('x-mq-pool: p\r\nSubject: x\r\n\r\n');

const stepCases = [
  { name: 'extracts for a trusted sender', trusted: true, extract: true, pool: 'p' },
  { name: 'leaves the mail of others as it is', trusted: false, extract: true, pool: undefined },
  { name: 'leaves all mail as it is where smtp-extract is off', trusted: true, extract: false, pool: undefined },
];
for (const { name, trusted, extract, pool } of stepCases) {
  test(`extractHeaders() ${name}`, () => {
    const draft = makeDraft({ trusted });
    draft.header = headerBytes;
    extractHeaders(draft, { ...SETTINGS, extract });
    assert.equal(draft.properties['pool'], pool);
    assert.equal(draft.header.includes('x-mq-pool'), pool === undefined);
  });
}

test('extractHeaders() replaces the sender of the envelope', () => {
  const draft = makeDraft({ trusted: true });
  draft.header = Buffer.from('x-mq-envelope: other@example.com\r\n\r\n');
  extractHeaders(draft, { ...SETTINGS, extract: true });
  assert.equal(draft.mailFrom, 'other@example.com');
});
