// Replies as bytes, the codes that never vary, and the mapping of what became of a message.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RefusalReason, toRefusal } from '../../src/mail/disposition.ts';
import {
  closing,
  REPLIES,
  SESSION_REFUSALS,
  toBareReply,
  toDispositionReply,
  toReply,
  toReplyText,
} from '../../src/smtp/reply.ts';

const texts = [
  { reply: toReply(250, '2.0.0', 'Ok'), expected: '250 2.0.0 Ok\r\n' },
  { reply: toBareReply(220, 'mx ESMTP'), expected: '220 mx ESMTP\r\n' },
  { reply: toReply(250, '2.0.0', 'a', 'b', 'c'), expected: '250-2.0.0 a\r\n250-2.0.0 b\r\n250 2.0.0 c\r\n' },
  { reply: toBareReply(250, 'mx', 'SIZE 1'), expected: '250-mx\r\n250 SIZE 1\r\n' },
  { reply: toReply(550, '5.1.1', 'a\r\n250 2.0.0 Ok'), expected: '550 5.1.1 a  250 2.0.0 Ok\r\n' },
  { reply: toReply(550, '5.1.1', '\x1b[2J\x00\x7f'), expected: '550 5.1.1  [2J  \r\n' },
  { reply: toReply(250, '2.0.0', 'für ü@example'), expected: '250 2.0.0 für ü@example\r\n' },
];

for (const { reply, expected } of texts) {
  test(`toReplyText() renders ${JSON.stringify(expected)}`, () => assert.equal(toReplyText(reply), expected));
}

test('Each reply instead of a greeting ends the connection', () => {
  for (const [reason, reply] of Object.entries(SESSION_REFUSALS)) assert.equal(reply.close, true, reason);
});

test('Each fixed reply carries a status of its own class, except 354, and closes exactly where the connection ends', () => {
  for (const [name, reply] of Object.entries(REPLIES)) {
    if (reply.code === 354) assert.equal(reply.enhancedStatus, undefined);
    else assert.equal(reply.enhancedStatus?.[0], String(reply.code)[0], name);
    if (reply.code === 421 || reply.code === 221) assert.equal(reply.close, true, name);
  }
});

const fixed = [
  [REPLIES.unknownCommand, '500 5.5.1'],
  [REPLIES.lineTooLong, '500 5.5.2'],
  [REPLIES.mailFirst, '503 5.5.1'],
  [REPLIES.httpRequest, '554 5.5.1'],
  [REPLIES.cannotVerify, '252 2.5.0'],
  [REPLIES.noTls, '454 4.7.0'],
  [REPLIES.tooLarge, '552 5.3.4'],
  [REPLIES.tooManyRecipients, '452 4.5.3'],
  [SESSION_REFUSALS.range, '554 5.7.1'],
  [SESSION_REFUSALS.blocklist, '554 5.7.1'],
  [SESSION_REFUSALS['connections-per-ip'], '421 4.7.0'],
  [SESSION_REFUSALS.connections, '421 4.3.2'],
  [SESSION_REFUSALS.draining, '421 4.3.2'],
  [SESSION_REFUSALS['early-talker'], '554 5.5.1'],
  [REPLIES.proxyOnly, '550 5.7.1'],
  [REPLIES.timeout, '421 4.4.2'],
  [REPLIES.dataTimeout, '421 4.4.2'],
  [REPLIES.tooManyErrors, '421 4.7.0'],
  [REPLIES.tooManyMessages, '421 4.7.0'],
  [REPLIES.noPlaceFree, '421 4.3.2'],
  [REPLIES.shuttingDown, '421 4.3.2'],
] as const;

for (const [reply, expected] of fixed) {
  test(`The reply "${reply.lines[0]}" is ${expected}`, () => {
    assert.equal(`${reply.code} ${reply.enhancedStatus}`, expected);
  });
}

test('toDispositionReply() names the id of each record on a line of its own', () => {
  const records = ['a@example.com', 'b@example.com'].map((recipient, index) => ({
    id: `ID${index}`,
    recipient,
    queue: 'inbox',
  }));
  assert.equal(
    toReplyText(toDispositionReply({ outcome: 'accepted', records })),
    '250-2.0.0 Ok, queued as\r\n250-2.0.0 ID0 for a@example.com\r\n250 2.0.0 ID1 for b@example.com\r\n',
  );
});

const refusals: readonly (readonly [RefusalReason, Parameters<typeof toRefusal>[1], string, boolean])[] = [
  ['address', '5.1.3', '553 5.1.3 text\r\n', false],
  ['header-recipients', '5.1.3', '550 5.1.3 text\r\n', false],
  ['too-many-recipients', '4.5.3', '452 4.5.3 text\r\n', false],
  ['line-ending', '5.6.0', '554 5.6.0 text\r\n', false],
  ['loop', '5.4.6', '554 5.4.6 text\r\n', false],
  ['too-large', '5.3.4', '552 5.3.4 text\r\n', false],
  ['memory', '4.3.1', '452 4.3.1 text\r\n', false],
  ['storage-full', '4.3.1', '452 4.3.1 text\r\n', false],
  ['not-durable', '4.3.0', '451 4.3.0 text\r\n', false],
  ['draining', '4.3.2', '421 4.3.2 text\r\n', true],
];

for (const [reason, status, expected, close] of refusals) {
  test(`toDispositionReply() answers ${reason} with ${expected.slice(0, 9)} and never shows the detail`, () => {
    const reply = toDispositionReply(toRefusal(reason, status, { text: 'text', detail: 'broker at 10.0.0.1' }));
    assert.equal(toReplyText(reply), expected);
    assert.equal(reply.close, close);
  });
}

test('closing() changes nothing but the end', () => {
  assert.deepEqual(closing(REPLIES.ok), { ...REPLIES.ok, close: true });
});
