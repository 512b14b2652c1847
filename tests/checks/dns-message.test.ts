import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeAnswer, type DnsQuestion, encodeQuestion, isDnsName } from '../../src/checks/dns-message.ts';

const id = 0x1234;
const question: DnsQuestion = { name: 'a.test', type: 'TXT' };
const ASKED = '01 61 04 74657374 00 0010 0001';
const POINTER = 'c00c';

function bytes(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex');
}

function header({ flags = '8180', answers = 0, authority = 0 }): string {
  return `1234 ${flags} 0001 ${toHex(answers)} ${toHex(authority)} 0000`;
}

function toHex(number: number): string {
  return number.toString(16).padStart(4, '0');
}

function record(owner: string, { type = 16, ttl = 60, data = '' }): string {
  const length = toHex(bytes(data).length);
  return `${owner} ${toHex(type)} 0001 ${(ttl >>> 0).toString(16).padStart(8, '0')} ${length} ${data}`;
}

test('encodeQuestion() asks a recursive server and takes answers of 1232 bytes', () => {
  assert.equal(
    encodeQuestion(question, id).toString('hex'),
    '1234 0100 0001 0000 0000 0001 01 61 04 74657374 00 0010 0001 00 0029 04d0 00000000 0000'.replaceAll(' ', ''),
  );
});

const names: readonly [name: string, expected: boolean][] = [
  ['a.test', true],
  ['a.test.', true],
  [`${'a'.repeat(63)}.test`, true],
  [`${'a'.repeat(64)}.test`, false],
  [`${'é'.repeat(32)}.test`, false],
  [`${'a.'.repeat(126)}a`, true],
  [`${'a.'.repeat(127)}a`, false],
  ['a..test', false],
  ['.test', false],
  ['', false],
];

for (const [name, expected] of names) {
  test(`isDnsName() ${expected ? 'takes' : 'refuses'} ${JSON.stringify(name.slice(0, 20))} of ${name.length}`, () => {
    assert.equal(isDnsName(name), expected);
  });
}

const alias = record(POINTER, { type: 5, ttl: 30, data: '01 62 c00e' });

const answers: readonly [what: string, hex: string, values: readonly unknown[], ttl: number][] = [
  ['one text', `${header({ answers: 1 })} ${ASKED} ${record(POINTER, { data: '02 6869' })}`, [['hi']], 60],
  [
    'texts in pieces, with any byte, with the shorter life',
    `${header({ answers: 2 })} ${ASKED} ${record(POINTER, { data: '01 ff 00 01 41' })} ${
      record(POINTER, { ttl: 9, data: '00' })
    }`,
    [['\xff', '', 'A'], ['']],
    9,
  ],
  [
    'the record of an alias, with the shorter life',
    `${header({ answers: 2 })} ${ASKED} ${alias} ${record('01 62 c00e', { data: '01 42' })}`,
    [['B']],
    30,
  ],
  [
    'no record of somebody else',
    `${header({ answers: 1 })} ${ASKED} ${record('01 62 c00e', { data: '01 42' })}`,
    [],
    0,
  ],
  [
    'no record of another type',
    `${header({ answers: 1 })} ${ASKED} ${record(POINTER, { type: 1, data: '7f000001' })}`,
    [],
    0,
  ],
  [
    'a record whose life is negative',
    `${header({ answers: 1 })} ${ASKED} ${record(POINTER, { ttl: -1, data: '01 41' })}`,
    [['A']],
    0,
  ],
  [
    'how long nothing is to be believed',
    `${header({ authority: 1 })} ${ASKED} ${
      record('00', { type: 6, ttl: 300, data: '00 00 00000000 00000000 00000000 00000000 00000078' })
    }`,
    [],
    120,
  ],
];

for (const [what, hex, values, ttl] of answers) {
  test(`decodeAnswer() reads ${what}`, () => {
    assert.deepEqual(decodeAnswer(bytes(hex), { question, id }), { truncated: false, rcode: 0, values, ttl });
  });
}

test('decodeAnswer() reads addresses, exchanges and names', () => {
  const read = (type: DnsQuestion['type'], number: number, data: string) => {
    const asked = ASKED.replace('0010 0001', `${toHex(number)} 0001`);
    const hex = `${header({ answers: 1 })} ${asked} ${record(POINTER, { type: number, data })}`;
    return decodeAnswer(bytes(hex), { question: { name: 'A.test', type }, id })?.values;
  };
  assert.deepEqual(read('A', 1, 'c0000201'), ['192.0.2.1']);
  assert.deepEqual(read('AAAA', 28, '20010db8 00000000 00000000 00000001'), ['2001:db8::1']);
  assert.deepEqual(read('MX', 15, '000a 02 6d78 c00c'), [{ priority: 10, exchange: 'mx.a.test' }]);
  assert.deepEqual(read('MX', 15, '0000 00'), [{ priority: 0, exchange: '' }]);
  assert.deepEqual(read('PTR', 12, '03 612e62 c00c'), ['a\\046b.a.test']);
  assert.throws(() => read('A', 1, 'c00002'), RangeError);
});

const others: readonly [what: string, hex: string][] = [
  ['with another id', `1235 8180 0001 0000 0000 0000 ${ASKED}`],
  ['that is a question', `1234 0180 0001 0000 0000 0000 ${ASKED}`],
  ['to another name', `${header({})} ${ASKED.replace('01 61', '01 62')}`],
  ['to another type', `${header({})} ${ASKED.replace('0010 0001', '0001 0001')}`],
  ['to no question', '1234 8180 0000 0000 0000 0000'],
  ['that is shorter than a header', '1234 8180'],
];

for (const [what, hex] of others) {
  test(`decodeAnswer() takes no answer ${what}`, () => {
    assert.equal(decodeAnswer(bytes(hex), { question, id }), undefined);
  });
}

const malformed: readonly [what: string, hex: string][] = [
  ['fewer records than it says', header({ answers: 1 }) + ASKED],
  ['a record that ends after it', `${header({ answers: 1 })} ${ASKED} ${POINTER} 0010 0001 0000003c 0009 01 41`],
  ['a text that ends after its record', `${header({ answers: 1 })} ${ASKED} ${record(POINTER, { data: '05 41' })}`],
  ['a name that points to itself', `${header({ answers: 1 })} ${ASKED} ${record('c018', { data: '01 41' })}`],
  ['a name that points forwards', `${header({ answers: 1 })} ${ASKED} ${record('c01a', { data: '01 41' })}`],
  ['a label of a reserved kind', `${header({ answers: 1 })} ${ASKED} ${record('80', { data: '01 41' })}`],
  [
    'a name of more than 255 bytes',
    `${header({ answers: 1 })} ${ASKED} ${record(`${'01 61 '.repeat(128)} 00`, { data: '01 41' })}`,
  ],
];

for (const [what, hex] of malformed) {
  test(`decodeAnswer() refuses an answer with ${what}`, () => {
    assert.throws(() => decodeAnswer(bytes(hex), { question, id }), RangeError);
  });
}

test('decodeAnswer() says when the answer is cut off, whatever is left of it', () => {
  const hex = `${header({ flags: '8382', answers: 3 })} ${ASKED}`;
  assert.deepEqual(decodeAnswer(bytes(hex), { question, id }), { truncated: true, rcode: 2, values: [], ttl: 0 });
});

test('decodeAnswer() survives any change of any byte', () => {
  const hex = `${header({ answers: 2 })} ${ASKED} ${alias} ${record('01 62 c00e', { data: '01 42' })}`;
  const whole = bytes(hex);
  for (let at = 0; at < whole.length; at++) {
    for (let value = 0; value < 256; value++) {
      const changed = Buffer.from(whole);
      changed[at] = value;
      try {
        decodeAnswer(changed, { question, id });
      } catch (error) {
        assert.ok(error instanceof RangeError, String(error));
      }
    }
  }
});
