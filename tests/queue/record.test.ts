// The published record: every message comes back byte for byte, described rightly, encoded once for all recipients.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { type EightBitPolicy, encodeMime, encodeRecord, encodeSharedBody } from '../../src/queue/record.ts';
import { decodeMime, decodeRawMime, readRecord } from '../support/read-record.ts';

const ADDRESS = {
  id: '0A',
  recipient: 'info@example.com',
  queue: 'inbox',
  priority: undefined,
  timestamp: 1,
  properties: {},
};
const PROPERTIES = {
  received: '2026-01-02 03:04:05',
  hostname: 'mx.example.com',
  http: { authentication: '', 'remote-ip': '127.0.0.1', 'remote-port': 1 },
};

function encode(content: readonly Uint8Array[], policy: EightBitPolicy = 'base64') {
  return encodeRecord(ADDRESS, encodeSharedBody(PROPERTIES, encodeMime([...content], policy)));
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Cuts at every byte. */
function toBytes(content: Uint8Array): Uint8Array[] {
  return [...content].map((byte) => Uint8Array.of(byte));
}

const allBytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const allAscii = allBytes.subarray(0, 128);

const utf8 = [
  ['plain ASCII', 'Subject: x\r\n\r\nbody\r\n'],
  ['nothing', ''],
  ['one byte', 'x'],
  ['no final newline', 'Subject: x\r\n\r\nbody'],
  ['letters of two, three and four bytes', 'Subject: \u00e9\u20ac\u{1f600}\r\n\r\n\u{10ffff}\u0080\u07ff\u0800\uffff'],
  ['a leading byte order mark', '\ufeffSubject: x\r\n\r\nbody\r\n'],
  ['byte order marks inside', 'x\ufeff\r\n\ufeff'],
  ['NUL bytes', '\u0000Subject: \u0000\r\n\r\n\u0000\u0000'],
  ['every byte of ASCII', Buffer.from(allAscii).toString('latin1')],
  ['quotes and backslashes', '"\\"\\\\" \\u0041 \\n "}],{":\\'],
  ['what looks like the end of the record', '"}","mime":"x","size":0}'],
  ['line separators that JavaScript once stumbled over', '\u2028\u2029\u0085'],
  ['lines with leading dots', '.\r\n..\r\n...x\r\n'],
  ['bare line ends', 'a\nb\rc\r\r\n\n'],
] as const;

for (const [name, text] of utf8) {
  for (const policy of ['base64', 'raw'] as const) {
    test(`encodeRecord() carries ${name} as text (${policy})`, () => {
      const content = Buffer.from(text);
      for (const pieces of [[content], toBytes(content), [Buffer.alloc(0), content, Buffer.alloc(0)]]) {
        const record = readRecord(encode(pieces, policy).body);
        assert.equal(record['mime'], text);
        assert.equal('mime-encoding' in record, false);
        assert.equal(record['size'], content.length);
        assert.equal(record['sha256'], sha256(content));
      }
    });
  }
}

const notUtf8 = [
  ['Latin-1', Buffer.from('Subject: caf\u00e9\r\n\r\n\u00fc', 'latin1')],
  ['every byte', allBytes],
  ['one byte above ASCII', Uint8Array.of(0x80)],
  ['a letter cut off at the end', Buffer.from('x\u20ac').subarray(0, 3)],
  ['an overlong NUL', Uint8Array.of(0xc0, 0x80)],
  ['a surrogate in three bytes', Uint8Array.of(0xed, 0xa0, 0x80)],
  ['a code point beyond Unicode', Uint8Array.of(0xf4, 0x90, 0x80, 0x80)],
  ['UTF-16', Buffer.from('\ufeffSubject: x\r\n', 'utf16le')],
  ['UTF-8 with one wrong byte far behind', Buffer.concat([Buffer.from('\u00e9'.repeat(1000)), Uint8Array.of(0xff)])],
  ['NUL, quotes and backslashes among Latin-1', Buffer.from('\u0000"\\\u00e9\u0001\u001f\u007f"\\', 'latin1')],
] as const;

for (const [name, content] of notUtf8) {
  test(`encodeRecord() carries ${name} as base64`, () => {
    for (const pieces of [[content], toBytes(content)]) {
      const record = readRecord(encode(pieces).body);
      assert.equal(record['mime-encoding'], 'base64');
      assert.equal(record['mime'], Buffer.from(content).toString('base64'));
      assert.deepEqual(decodeMime(record), Buffer.from(content));
      assert.equal(record['size'], content.length);
      assert.equal(record['sha256'], sha256(content));
    }
  });

  test(`encodeRecord() carries ${name} as raw bytes when asked to`, () => {
    for (const pieces of [[content], toBytes(content)]) {
      const { body } = encode(pieces, 'raw');
      assert.deepEqual(decodeRawMime(body), Buffer.from(content));
      // Everything around the bytes is JSON; seen as latin1 it parses, and says the same about the content.
      const record = JSON.parse(Buffer.concat(body).toString('latin1'));
      assert.equal('mime-encoding' in record, false);
      assert.equal(record.size, content.length);
      assert.equal(record.sha256, sha256(content));
      assert.deepEqual(Buffer.from(record.mime, 'latin1'), Buffer.from(content));
    }
  });
}

test('encodeRecord() keeps a letter that is split between any two chunks', () => {
  const content = Buffer.from('a\u00e9\u20ac\u{1f600}z');
  for (let cut = 0; cut <= content.length; cut++) {
    const record = readRecord(encode([content.subarray(0, cut), content.subarray(cut)]).body);
    assert.equal(record['mime'], content.toString());
  }
});

test('encodeRecord() takes chunks that are windows into larger arrays', () => {
  const store = new Uint8Array(Buffer.from('xx\u00e9 body\r\nxx'));
  const record = readRecord(encode([store.subarray(2, 3), store.subarray(3, store.length - 2)]).body);
  assert.equal(record['mime'], '\u00e9 body\r\n');
});

const large = [
  ['ASCII', Buffer.alloc(8_000_000, 'Subject: 0123456789 "quoted" \\\r\n')],
  ['UTF-8', Buffer.from('\u20ac'.repeat(2_666_667))],
  ['NUL bytes', Buffer.alloc(8_000_000)],
  ['Latin-1', Buffer.alloc(8_000_001, 0xe9)],
] as const;

for (const [name, content] of large) {
  test(`encodeRecord() carries 8 MB of ${name} in one chunk and in many`, () => {
    const many: Buffer[] = [];
    for (let start = 0; start < content.length; start += 65_521) many.push(content.subarray(start, start + 65_521));
    for (const pieces of [[content], many]) {
      const record = readRecord(encode(pieces).body);
      assert.ok(decodeMime(record).equals(content));
      assert.equal(record['size'], content.length);
      assert.equal(record['sha256'], sha256(content));
    }
  });
}

test('encodeMime() never makes a string whose length depends on that of the content', () => {
  const pieces = [allAscii, allBytes].flatMap((bytes) => encodeMime([Buffer.alloc(8_000_000, bytes)], 'base64').pieces);
  const longest = Math.max(...pieces.map((piece) => piece.length));
  assert.ok(longest <= 6 * (1 << 20), `a piece of ${longest} bytes`);
});

test('encodeRecord() shares the encoded message between recipients: the same buffers, not copies', () => {
  const shared = encodeSharedBody(
    PROPERTIES,
    encodeMime([Buffer.from('Subject: x\r\n\r\n'), Buffer.from('body')], 'base64'),
  );
  const records = ['a@example.com', 'b@example.com'].map((recipient, index) =>
    encodeRecord({ ...ADDRESS, id: `0${index}`, recipient }, shared)
  );
  for (const { body } of records) {
    assert.equal(body.length, shared.pieces.length + 1);
    for (const [index, piece] of shared.pieces.entries()) assert.equal(body[index + 1], piece);
  }
  const [first, second] = records.map(({ body }) => readRecord(body));
  assert.deepEqual(first, { ...second, 'message-id': '00', recipient: 'a@example.com' });
});

test('encodeRecord() repeats what the outlet needs to address the record, and its size in bytes', () => {
  const address = { ...ADDRESS, id: '0B', queue: 'other', priority: 7, timestamp: 1_700_000_000 };
  const record = encodeRecord(address, encodeSharedBody(PROPERTIES, encodeMime([Buffer.from('\u00e9')], 'base64')));
  const { id, recipient, queue, priority, timestamp, size } = record;
  assert.deepEqual({ id, recipient, queue, priority, timestamp, properties: {} }, address);
  assert.equal(size, Buffer.concat(record.body).length);
});

test('encodeRecord() writes the properties of the message and those of the recipient alone', () => {
  const shared = encodeSharedBody(
    { ...PROPERTIES, tags: ['a'], absent: undefined, pool: '"\u2028\\' },
    encodeMime([], 'raw'),
  );
  const record = readRecord(
    encodeRecord({ ...ADDRESS, recipient: 'b\u00fccher@example.com', properties: { dsn: { notify: 'NEVER' } } }, shared)
      .body,
  );
  assert.deepEqual(record, {
    'message-id': '0A',
    recipient: 'b\u00fccher@example.com',
    dsn: { notify: 'NEVER' },
    ...PROPERTIES,
    tags: ['a'],
    pool: '"\u2028\\',
    size: 0,
    sha256: sha256(Buffer.alloc(0)),
    mime: '',
  });
});

test('encodeRecord() keeps strings without a UTF-8 form as JSON escapes, so that the body stays UTF-8', () => {
  const shared = encodeSharedBody({ ...PROPERTIES, custom: '\ud800' }, encodeMime([], 'raw'));
  assert.equal(readRecord(encodeRecord(ADDRESS, shared).body)['custom'], '\ud800');
});
