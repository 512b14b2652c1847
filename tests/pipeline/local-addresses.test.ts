// The list of local addresses: what each kind of line matches, and which lines are faults.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_LOCAL_ADDRESSES, parseLocalAddresses } from '../../src/pipeline/local-addresses.ts';

const cases = [
  {
    text: 'exact info@example.com',
    local: ['info@example.com', 'INFO@Example.COM'],
    other: ['xinfo@example.com', 'info@example.com.invalid', 'info+x@example.com', 'info', ''],
  },
  {
    text: 'substr @example.com',
    local: ['a@example.com', 'b@EXAMPLE.com', 'a@example.com.invalid'],
    other: ['a@sub.example.com', 'a@example.org'],
  },
  {
    text: 'fnmatch *@example.com',
    local: ['a@example.com', 'A@EXAMPLE.COM', '@example.com', 'a@b@example.com'],
    other: ['a@example.com.invalid', 'a@example.org', 'a@xexample.com'],
  },
  { text: 'fnmatch Info-[0-9]?@example.com', local: ['info-1a@example.com'], other: ['info-aa@example.com'] },
  {
    text: 'regex ^(sales|info)@example\\.com$',
    local: ['sales@example.com', 'Info@Example.com'],
    other: ['xsales@example.com', 'sales@exampleXcom'],
  },
  { text: 'regex example', local: ['a@example.com', 'example@a'], other: ['a@b.com'] },
  { text: 'regex ^j\u00dcrgen@', local: ['j\u00fcrgen@example.com'], other: ['jurgen@example.com'] },
  { text: 'exact postmaster', local: ['postmaster', 'Postmaster'], other: ['postmaster@example.com'] },
  { text: 'exact "a b"@example.com', local: ['"a b"@example.com'], other: ['a b@example.com'] },
  {
    text: '\ufeffexact a@example.com\r\n\r\n# exact b@example.com\r\n \t\r\n\tfnmatch\t c*@example.com \r\n',
    local: ['a@example.com', 'c1@example.com'],
    other: ['b@example.com'],
  },
] as const;

for (const { text, local, other } of cases) {
  test(`parseLocalAddresses() of ${JSON.stringify(text)}`, () => {
    const list = parseLocalAddresses(text);
    assert.ok(list.ok);
    assert.equal(list.value.isEmpty, false);
    assert.deepEqual(local.filter((address) => !list.value.includes(address)), []);
    assert.deepEqual(other.filter((address) => list.value.includes(address)), []);
  });
}

for (const text of ['', '\n\n', '# exact a@example.com\n', '\ufeff']) {
  test(`parseLocalAddresses() of ${JSON.stringify(text)} is an empty list`, () => {
    const list = parseLocalAddresses(text);
    assert.ok(list.ok);
    assert.equal(list.value.isEmpty, true);
    assert.equal(list.value.includes(''), false);
  });
}

const FORM = 'expected exact, substr, fnmatch or regex, a blank and a pattern';
const faults = [
  ['info@example.com', `line 1: ${FORM}`],
  ['exact', `line 1: ${FORM}`],
  ['exact   ', `line 1: ${FORM}`],
  ['Exact a@example.com', `line 1: ${FORM}`],
  ['exact a@example.com\n\n# x\nglob *', `line 4: ${FORM}`],
  ['constructor x', `line 1: ${FORM}`],
  ['toString x', `line 1: ${FORM}`],
] as const;

for (const [text, problem] of faults) {
  test(`parseLocalAddresses() refuses ${JSON.stringify(text)}`, () => {
    assert.deepEqual(parseLocalAddresses(text), { ok: false, problem });
  });
}

test('parseLocalAddresses() names the line of an expression that is none', () => {
  const list = parseLocalAddresses('exact a@example.com\nregex [a-');
  assert.ok(!list.ok);
  assert.match(list.problem, /^line 2: '\[a-' is not a regular expression: /);
});

test('parseLocalAddresses() answers from a long list without looking at every line', () => {
  const lines = Array.from({ length: 100_000 }, (_, index) => `exact user${index}@example.com`);
  const list = parseLocalAddresses(lines.join('\n'));
  assert.ok(list.ok);
  assert.equal(list.value.includes('user99999@example.com'), true);
  assert.equal(list.value.includes('user100000@example.com'), false);
});

test('an fnmatch line with many stars is no trap', () => {
  const list = parseLocalAddresses(`fnmatch ${'*a'.repeat(40)}b`);
  assert.ok(list.ok);
  assert.equal(list.value.includes('a'.repeat(300)), false);
});

test('NO_LOCAL_ADDRESSES has none', () => {
  assert.deepEqual([NO_LOCAL_ADDRESSES.isEmpty, NO_LOCAL_ADDRESSES.includes('a@example.com')], [true, false]);
});
