// Values that a JSON message may hold but a record cannot.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findUnencodable, MAX_ERRORS, toPointer } from '../../src/http/json-values.ts';

const pointers: readonly { path: readonly (string | number)[]; pointer: string }[] = [
  { path: [], pointer: '' },
  { path: ['recipients', 3], pointer: '/recipients/3' },
  { path: ['a/b', 'c~d', ''], pointer: '/a~1b/c~0d/' },
  { path: ['\ud800'], pointer: '/\ufffd' },
  { path: ['x'.repeat(1000)], pointer: `/${'x'.repeat(199)}` },
];

for (const { path, pointer } of pointers) {
  test(`toPointer() writes ${JSON.stringify(path).slice(0, 40)} as ${pointer.slice(0, 40)}`, () => {
    assert.equal(toPointer(path), pointer);
  });
}

const messages: readonly { json: string; found: readonly string[] }[] = [
  { json: '{"a":"\\ud83d\\ude00","b":[1,-1.5,9007199254740991,1e15,true,null]}', found: [] },
  { json: '{"mime":"\\ud800"}', found: ['/mime'] },
  { json: '{"recipients":["a","\\udfff"],"data":{"x":["\\ud800"]}}', found: ['/recipients/1', '/data/x/0'] },
  { json: '{"data":{"\\ud800":1}}', found: ['/data/\ufffd'] },
  { json: '{"id":12345678901234567890,"far":1e999}', found: ['/id', '/far'] },
  { json: '{"__proto__":{"a":1},"data":{"__proto__":1}}', found: ['/__proto__', '/data/__proto__'] },
];

for (const { json, found } of messages) {
  test(`findUnencodable() finds ${JSON.stringify(found)} in ${json}`, () => {
    assert.deepEqual(findUnencodable(JSON.parse(json)).map((error) => 'pointer' in error && error.pointer), found);
  });
}

test('findUnencodable() stops after enough faults to mend a request by', () => {
  const errors = findUnencodable({ tags: Array.from({ length: 1000 }, () => '\ud800') });
  assert.equal(errors.length, MAX_ERRORS);
});
