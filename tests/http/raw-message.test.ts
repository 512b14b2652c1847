// The envelope of a raw message: from the query or from headers, never from both, nothing misread.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRawMessage } from '../../src/http/raw-message.ts';

const content = [Buffer.from('x: y\r\n')];

function parse(query: string, headers: { readonly [name: string]: string } = {}): ReturnType<typeof parseRawMessage> {
  return parseRawMessage(content, { query, header: (name) => headers[name] });
}

const latin1 = (text: string) => Buffer.from(text).toString('latin1');

const envelopes: readonly {
  name: string;
  query?: string;
  headers?: { readonly [name: string]: string };
  sender: string | undefined;
  recipients: readonly string[] | undefined;
}[] = [
  { name: 'nothing', sender: undefined, recipients: undefined },
  { name: 'a query', query: 'envelope=s@b.c&recipient=r@b.c', sender: 's@b.c', recipients: ['r@b.c'] },
  { name: 'the null sender', query: 'envelope=&recipient=r@b.c', sender: '', recipients: ['r@b.c'] },
  { name: 'a sender alone', query: 'envelope=s@b.c', sender: 's@b.c', recipients: undefined },
  { name: 'several recipients', query: 'recipient=a&recipient=b', sender: undefined, recipients: ['a', 'b'] },
  {
    name: 'a literal plus',
    query: 'recipient=a+b@c.d&recipient=a%2Bb@c.d',
    sender: undefined,
    recipients: ['a+b@c.d', 'a+b@c.d'],
  },
  { name: 'encoded UTF-8', query: 'recipient=j%C3%B6@b.c', sender: undefined, recipients: ['jö@b.c'] },
  { name: 'an equals sign', query: 'recipient=a=b@c.d', sender: undefined, recipients: ['a=b@c.d'] },
  {
    name: 'headers',
    headers: { 'X-Envelope-From': 's@b.c', 'X-Envelope-To': 'r@b.c' },
    sender: 's@b.c',
    recipients: ['r@b.c'],
  },
  { name: 'an empty header', headers: { 'X-Envelope-From': '' }, sender: '', recipients: undefined },
  {
    name: 'a header list',
    headers: { 'X-Envelope-To': 'a@b.c, d@e.f' },
    sender: undefined,
    recipients: ['a@b.c', 'd@e.f'],
  },
  {
    name: 'commas in quotes',
    headers: { 'X-Envelope-To': '"a,b"@c.d,"e\\",f"@g.h' },
    sender: undefined,
    recipients: ['"a,b"@c.d', '"e\\",f"@g.h'],
  },
  {
    name: 'UTF-8 in a header',
    headers: { 'X-Envelope-To': latin1('jö@b.c') },
    sender: undefined,
    recipients: ['jö@b.c'],
  },
];

for (const { name, query = '', headers = {}, sender, recipients } of envelopes) {
  test(`parseRawMessage() reads ${name}`, () => {
    const parsed = parse(query, headers);
    assert.ok(parsed.ok, JSON.stringify(parsed));
    assert.equal(parsed.value.sender?.text, sender);
    assert.deepEqual(parsed.value.recipients?.map(({ text }) => text), recipients);
    assert.equal(parsed.value.content, content);
  });
}

const refused: readonly {
  name: string;
  query?: string;
  headers?: { readonly [name: string]: string };
  code: string;
}[] = [
  { name: 'query and headers', query: 'envelope=a', headers: { 'X-Envelope-To': 'b' }, code: 'ambiguous-envelope' },
  { name: 'two senders', query: 'envelope=a&envelope=b', code: 'ambiguous-envelope' },
  { name: 'two senders in a header', headers: { 'X-Envelope-From': 'a, b' }, code: 'ambiguous-envelope' },
  { name: 'a misspelt parameter', query: 'recipent=a', code: 'unexpected-parameter' },
  { name: 'a parameter in capitals', query: 'Recipient=a', code: 'unexpected-parameter' },
  { name: 'a broken escape', query: 'recipient=%zz', code: 'malformed-parameter' },
  { name: 'escaped Latin-1', query: 'recipient=j%F6', code: 'malformed-parameter' },
  { name: 'Latin-1 in a header', headers: { 'X-Envelope-To': 'j\xf6@b.c' }, code: 'malformed-parameter' },
];

for (const { name, query = '', headers = {}, code } of refused) {
  test(`parseRawMessage() refuses ${name} as ${code}`, () => {
    const parsed = parse(query, headers);
    assert.ok(!parsed.ok);
    assert.equal(parsed.problem.code, code);
  });
}
