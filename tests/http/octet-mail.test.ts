// Inboxbooster's form: what the header section and the request say about id and priority.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOctetMail } from '../../src/http/octet-mail.ts';

const none = () => undefined;
const named = (headers: { readonly [name: string]: string }) => (name: string) => headers[name];

const taken: readonly {
  name: string;
  mail: string;
  header?: (name: string) => string | undefined;
  isUrgent: boolean;
}[] = [
  { name: 'an id alone', mail: 'X-Uuid: a1\r\nTo: r@x.example\r\n\r\n', isUrgent: false },
  { name: 'priority 0', mail: 'x-uuid: a1\r\nx-priority: 0\r\n\r\n', isUrgent: true },
  { name: 'priority 1', mail: 'X-Uuid: a1\r\nX-Priority: 1\r\n\r\n', isUrgent: false },
  { name: 'folded values', mail: 'X-Uuid:\r\n a1\r\nX-Priority:\r\n\t0\r\n\r\n', isUrgent: true },
  { name: 'lines that end with LF', mail: 'X-Uuid: a1\nX-Priority: 0\n\nX-Uuid: b\n', isUrgent: true },
  {
    name: 'the last of repeated fields',
    mail: 'X-Uuid: B!\r\nX-Priority: 9\r\nX-Uuid: a1\r\nX-Priority: 0\r\n\r\n',
    isUrgent: true,
  },
  {
    name: 'headers of the request',
    mail: 'To: r@x.example\r\n\r\nX-Priority: 1',
    header: named({ 'X-Uuid': 'a1', 'X-Priority': '0' }),
    isUrgent: true,
  },
  {
    name: 'the message before the request',
    mail: 'X-Uuid: a1\r\nX-Priority: 1\r\n\r\n',
    header: named({ 'X-Uuid': 'b2', 'X-Priority': '0' }),
    isUrgent: false,
  },
];

for (const { name, mail, header = none, isUrgent } of taken) {
  test(`parseOctetMail() reads ${name}`, () => {
    const content = [Buffer.from(mail)];
    const parsed = parseOctetMail(content, { query: '', header });
    assert.deepEqual(parsed, { ok: true, value: { content, isUrgent, properties: { uuid: 'a1' } } });
  });
}

const refused: readonly { name: string; mail: string; header: string }[] = [
  { name: 'no id', mail: 'To: r@x.example\r\n\r\nX-Uuid: a1\r\n', header: 'X-Uuid' },
  { name: 'an empty id', mail: 'X-Uuid:\r\n\r\n', header: 'X-Uuid' },
  { name: 'an id with other characters', mail: 'X-Uuid: a-1\r\n\r\n', header: 'X-Uuid' },
  { name: 'an id without end', mail: `X-Uuid: ${'a'.repeat(256)}\r\n\r\n`, header: 'X-Uuid' },
  { name: 'another priority', mail: 'X-Uuid: a\r\nX-Priority: 2\r\n\r\n', header: 'X-Priority' },
  { name: 'an empty priority', mail: 'X-Uuid: a\r\nX-Priority:\r\n\r\n', header: 'X-Priority' },
  { name: 'bytes that are no text', mail: 'X-Uuid: \u0000\r\n\r\n', header: 'X-Uuid' },
];

for (const { name, mail, header } of refused) {
  test(`parseOctetMail() refuses ${name}`, () => {
    const parsed = parseOctetMail([Buffer.from(mail)], { query: '', header: none });
    assert.ok(!parsed.ok);
    assert.equal(parsed.problem.code, 'malformed-header');
    assert.deepEqual(parsed.problem.errors?.map((error) => 'header' in error && error.header), [header]);
  });
}

test('parseOctetMail() takes no envelope from the query', () => {
  const parsed = parseOctetMail([Buffer.from('X-Uuid: a\r\n\r\n')], { query: 'recipient=r@x.example', header: none });
  assert.ok(!parsed.ok && parsed.problem.code === 'unexpected-parameter');
});
