// The header section: where it ends however the content arrives, which fields it has, and their values.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headerFields, lastValueOf, splitHeaderSection, unfoldedValue } from '../../src/mail/header-section.ts';

/** Every way to cut the bytes into two and three pieces, empty ones included, and into single bytes. */
function* chunkings(bytes: Buffer): Generator<Buffer[]> {
  yield [bytes];
  yield [...bytes].map((byte) => Buffer.from([byte]));
  for (let first = 0; first <= bytes.length; first++) {
    for (let second = first; second <= bytes.length; second++) {
      yield [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
    }
  }
}

function fieldsOf(text: string): string[][] {
  const header = Buffer.from(text, 'latin1');
  return [...headerFields(header)].map((field) => [field.name, unfoldedValue(header, field)]);
}

// The content, and the length of its header section.
const contents = [
  ['A: 1\r\nB: 2\r\n\r\nbody\r\n', 14],
  ['A: 1\r\n\r\n', 8],
  ['A: 1\r\n\r\n\r\n\r\nbody', 8],
  ['A: 1\r\n\r\nB: 2\r\n\r\n', 8],
  ['\r\nbody\r\n\r\nmore', 2],
  ['\r\n', 2],
  ['\r\n\r\n', 2],
  ['', 0],
  ['A: 1', 4],
  ['A: 1\r\n', 6],
  ['A: 1\r\n\r', 7],
  ['A: 1\r\nno field at all\r\n', 23],
  ['A: 1\r\n \r\n\r\nbody', 11],
  ['A: 1\r\n\t\r\nB: 2\r\n\r\nbody', 17],
  ['\r\r\n\r\nbody', 5],
  ['\n\r\n\r\nbody', 5],
  ['A: 1\r\r\n\r\nbody', 9],
  ['A: 1\n\nB: 2\r\n\r\nbody', 14],
  ['\r', 1],
  ['\n\nbody', 6],
  ['A: \u00e9\u0000\u00ff\r\n\r\n\u00e9\u0000\u00ff', 10],
] as const;

for (const [text, length] of contents) {
  test(`splitHeaderSection() ends the header section of ${JSON.stringify(text)} at ${length} in every chunking`, () => {
    const content = Buffer.from(text, 'latin1');
    for (const pieces of chunkings(content)) {
      const { header, body } = splitHeaderSection(pieces);
      assert.deepEqual(header, content.subarray(0, length));
      assert.deepEqual(Buffer.concat([header, ...body]), content);
    }
  });
}

test('splitHeaderSection() takes plain byte arrays that are windows into larger ones', () => {
  const store = new Uint8Array(Buffer.from('xxA: 1\r\n\r\nbodyxx'));
  const { header, body } = splitHeaderSection([store.subarray(2, 7), store.subarray(7, 14)]);
  assert.equal(header.toString(), 'A: 1\r\n\r\n');
  assert.equal(Buffer.concat(body).toString(), 'body');
});

test('splitHeaderSection() copies no body piece', () => {
  const pieces = [Buffer.from('A: 1\r'), Buffer.from('\n\r\nstart of'), Buffer.from(' the body'), Buffer.from('.')];
  const { body } = splitHeaderSection(pieces);
  assert.equal(body.length, 3);
  assert.equal(body[0]?.buffer, pieces[1]?.buffer);
  assert.equal(body[1], pieces[2]);
  assert.equal(body[2], pieces[3]);
});

test('splitHeaderSection() of content in one piece copies nothing at all', () => {
  const content = Buffer.from('A: 1\r\n\r\nbody');
  const { header, body: [rest] } = splitHeaderSection([content]);
  assert.equal(header.buffer, content.buffer);
  assert.equal(header.byteOffset, content.byteOffset);
  assert.equal(rest?.buffer, content.buffer);
});

test('headerFields() yields the fields in order with lower-case names', () => {
  assert.deepEqual(fieldsOf('From: a@b\r\nTO: c@d\r\nX-Mq-Tag: one\r\nx-mq-tag: two\r\n\r\nBody: no\r\n'), [
    ['from', 'a@b'],
    ['to', 'c@d'],
    ['x-mq-tag', 'one'],
    ['x-mq-tag', 'two'],
  ]);
});

const sections = [
  ['folded lines belong to their field', 'A: 1\r\n 2\r\n\t3\r\nB: 4\r\n', [['a', '1 2\t3'], ['b', '4']]],
  ['a line of blanks only is a folded line', 'A: 1\r\n \r\n 2\r\nB: 3\r\n', [['a', '1  2'], ['b', '3']]],
  ['an empty value is a value', 'A:\r\nB: \r\nC: \r\n \r\n', [['a', ''], ['b', ''], ['c', '']]],
  ['a value may hold colons', 'A: b: c\r\n:d: e\r\n', [['a', 'b: c\r\n:d: e']]],
  ['blanks before the colon are obsolete but seen', 'Subject \t: x\r\n', [['subject', 'x']]],
  ['no blank is needed after the colon', 'A:1\r\n', [['a', '1']]],
  ['an odd line belongs to the field before it', 'A: 1\r\nodd\r\nB: 2\r\n', [['a', '1\r\nodd'], ['b', '2']]],
  ['a name with a blank inside is none', 'A: 1\r\nB c: 2\r\n', [['a', '1\r\nB c: 2']]],
  ['a name beyond ASCII is none', 'A: 1\r\nB\u00e9: 2\r\n', [['a', '1\r\nB\u00e9: 2']]],
  ['a name with a control character is none', 'A: 1\r\nB\u0000: 2\r\nC\u007f: 3\r\n', [[
    'a',
    '1\r\nB\u0000: 2\r\nC\u007f: 3',
  ]]],
  ['an mbox line on top is skipped', 'From a@b Thu Jan 1\r\nA: 1\r\n', [['a', '1']]],
  ['a folded line on top is skipped', ' folded: yes\r\nA: 1\r\n', [['a', '1']]],
  ['a byte order mark hides the first name', '\u00ef\u00bb\u00bfA: 1\r\nB: 2\r\n', [['b', '2']]],
  ['the section may end inside a line', 'A: 1\r\nB', [['a', '1\r\nB']]],
  ['the section may end at a colon', 'A: 1\r\nB:', [['a', '1'], ['b', '']]],
  ['a line may end with a bare LF', 'A: 1\n 2\nB: 3\n\nC: 4\n', [['a', '1 2'], ['b', '3']]],
  ['a bare CR ends no line', 'A: 1\rB: 2\r\nC: 3\r\n', [['a', '1\rB: 2'], ['c', '3']]],
  ['an empty line on top leaves no fields', '\r\nA: 1\r\n', []],
  ['nothing has no fields', '', []],
  ['the last byte of a letter in UTF-8 is no blank', 'A: \u00c3\u00a0\r\nB:\u00a0\u00c3\u00a0\r\n', [
    ['a', '\u00c3\u00a0'],
    ['b', '\u00a0\u00c3\u00a0'],
  ]],
] as const;

for (const [name, text, expected] of sections) {
  test(`headerFields() and unfoldedValue(): ${name}`, () => assert.deepEqual(fieldsOf(text), expected));
}

test('headerFields() covers the section from the first field to the empty line without a gap', () => {
  const header = Buffer.from('odd\r\nA: 1\r\n 2\r\nodd\r\n\r\r\nB: 3\r\n:\r\n\r\n');
  const fields = [...headerFields(header)];
  assert.deepEqual(fields.map(({ start, end }) => [start, end]), [[5, 23], [23, 32]]);
  for (const { start, valueStart } of fields) assert.equal(header.toString('latin1', start + 1, valueStart), ':');
});

/** A buffer that counts, for itself and its windows, the bytes looked at one by one. */
function counting(bytes: Buffer, count: { reads: number }): Buffer {
  return new Proxy(bytes, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) count.reads++;
      if (key === 'subarray') return (...range: number[]) => counting(target.subarray(...range), count);
      const value = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Searching for the line ends is the platform's; what remains is counted. */
function countReads(text: string): number {
  const count = { reads: 0 };
  for (const field of headerFields(counting(Buffer.from(text, 'latin1'), count))) assert.ok(field.end > field.start);
  return count.reads;
}

const hostile = [
  ['fields', 'A: 1\r\n'],
  ['folded lines', 'A: 1\r\n', ' folded\r\n'],
  ['odd lines', 'A: 1\r\n', 'odd\r\n'],
  ['lines of blanks', 'A: 1\r\n', ' \t \t \t\r\n'],
  ['names without a colon', 'A: 1\r\n', `${'a'.repeat(70)}\r\n`],
] as const;

for (const [name, first, repeated = first] of hostile) {
  test(`headerFields() looks at each byte of many ${name} a bounded number of times`, () => {
    const few = countReads(first + repeated.repeat(500));
    const many = countReads(first + repeated.repeat(5000));
    assert.ok(few > 0 && many <= 10 * few, `${few} reads for 500 lines, ${many} for 5,000`);
    assert.ok(many <= 4 * (first.length + 5000 * repeated.length));
  });
}

test('headerFields() gets through 100,000 fields and a field of 100,000 lines', () => {
  const many = Buffer.from('Received: x\r\n'.repeat(100_000));
  assert.equal([...headerFields(many)].length, 100_000);
  const folded = Buffer.from(`A: 1\r\n${' 2\r\n'.repeat(100_000)}`);
  const [field, ...more] = headerFields(folded);
  assert.ok(field !== undefined && more.length === 0);
  assert.equal(unfoldedValue(folded, field).length, 200_001);
});

test('lastValueOf() finds the last field of a name, whatever its case, and none in the body', () => {
  const { header } = splitHeaderSection([Buffer.from('X-A: 1\r\nx-a:\r\n 2\r\nX-AB: 3\r\n\r\nX-A: 4\r\n')]);
  assert.equal(lastValueOf(header, 'x-a'), '2');
  assert.equal(lastValueOf(header, 'x-b'), undefined);
});
