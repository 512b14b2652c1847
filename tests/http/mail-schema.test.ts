// The shape of a message in parts: what has to be there, of which type, and that nothing else may.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJsonMessage } from '../../src/http/json-message.ts';

const FILE = { filename: 'f', contentType: 'text/plain', content: '' };
const wrong: readonly { name: string; message: unknown; pointers: readonly string[] }[] = [
  { name: 'a text', message: 'x', pointers: ['/message'] },
  { name: 'null', message: null, pointers: ['/message'] },
  { name: 'no sender', message: { to: 'b@x.example' }, pointers: ['/message/from'] },
  { name: 'a misspelt name', message: { from: 'a@x.example', atachments: [] }, pointers: ['/message/atachments'] },
  { name: 'a number for an address', message: { from: 'a@x.example', to: 5 }, pointers: ['/message/to'] },
  { name: 'an address of two names', message: { from: { email: 'a@x.example' } }, pointers: ['/message/from'] },
  { name: 'a text that is none', message: { from: 'a@x.example', text: [] }, pointers: ['/message/text'] },
  {
    name: 'a header of numbers',
    message: { from: 'a@x.example', headers: { a: 1 } },
    pointers: ['/message/headers/a'],
  },
  {
    name: 'attachments that lack something, or have more',
    message: {
      from: 'a@x.example',
      attachments: [{ ...FILE, path: '/etc/passwd' }, { filename: 'f', contentType: 'a/b' }],
    },
    pointers: ['/message/attachments/0/path', '/message/attachments/1/content'],
  },
  {
    name: 'too many attachments',
    message: { from: 'a@x.example', attachments: Array.from({ length: 1001 }, () => FILE) },
    pointers: ['/message/attachments'],
  },
];

for (const { name, message, pointers } of wrong) {
  test(`parseJsonMessage() refuses a message of ${name}`, () => {
    const parsed = parseJsonMessage([Buffer.from(JSON.stringify({ message, recipient: 'b@x.example' }))]);
    assert.ok(!parsed.ok);
    assert.equal(parsed.problem.code, 'invalid-message');
    assert.deepEqual(parsed.problem.errors?.map((error) => 'pointer' in error && error.pointer), pointers);
  });
}

test('parseJsonMessage() leaves the fields of a message in parts out of the record', () => {
  const parsed = parseJsonMessage([Buffer.from(JSON.stringify({ message: { from: 'a@x.example' }, tags: ['t'] }))]);
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.value.properties, { tags: ['t'] });
  assert.deepEqual(parsed.value.recipients, []);
});
