// Authorization headers: both schemes, and what is neither.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAuthorization } from '../../src/http/authorization.ts';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

test('parseAuthorization() reads Bearer and Basic', () => {
  assert.deepEqual(parseAuthorization('Bearer abc.DEF-1'), { scheme: 'bearer', token: 'abc.DEF-1' });
  assert.deepEqual(parseAuthorization('bEARER  x'), { scheme: 'bearer', token: 'x' });
  assert.deepEqual(parseAuthorization(basic('jürgen:pass:wört')), {
    scheme: 'basic',
    username: 'jürgen',
    password: 'pass:wört',
  });
  assert.deepEqual(parseAuthorization('basic Og'), { scheme: 'basic', username: '', password: '' });
});

for (
  const header of [
    '',
    'Bearer',
    'Bearer ',
    'Bearer a b',
    'Basic',
    'Basic !!!!',
    basic('nocolon'),
    'Digest x',
    'Basic /zo=',
  ]
) {
  test(`parseAuthorization() takes ${JSON.stringify(header)} for nothing`, () => {
    assert.equal(parseAuthorization(header), undefined);
  });
}
