// What may stand in a header field of a composed message.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findContentIdFault, findFieldFault, findLineFault, findMediaTypeFault } from '../../src/http/mail-line.ts';

for (const text of ['', 'a b', 'a\tb', 'ü', '\u2028', 'x'.repeat(899), `${'x'.repeat(899)} ${'x'.repeat(899)}`]) {
  test(`findLineFault() has nothing against ${JSON.stringify(text.slice(0, 20))}`, () => {
    assert.equal(findLineFault(text), undefined);
  });
}

for (const text of ['a\r\nb: c', 'a\nb', 'a\rb', '\0', '\x7f', '\x1b[2J', 'x'.repeat(900)]) {
  test(`findLineFault() objects to ${JSON.stringify(text.slice(0, 20))}`, () => {
    assert.match(findLineFault(text) ?? '', /^must not have/);
  });
}

const fields: readonly { name: string; count?: number; fault: RegExp | undefined }[] = [
  { name: 'X-Mine', count: 5, fault: undefined },
  { name: 'reply-to', fault: undefined },
  { name: 'Reply-To', count: 2, fault: /once/ },
  { name: 'MESSAGE-ID', count: 2, fault: /once/ },
  { name: 'Bcc', fault: /property of its own: bcc/ },
  { name: 'sUBJECT', fault: /property/ },
  { name: 'Content-Type', fault: /set by the gateway/ },
  { name: 'content-anything', fault: /set by the gateway/ },
  { name: 'MIME-Version', fault: /set by the gateway/ },
  { name: '', fault: /name/ },
  { name: 'X Mine', fault: /name/ },
  { name: 'X:Mine', fault: /name/ },
  { name: 'X\r\nBcc', fault: /name/ },
  { name: 'Ü', fault: /name/ },
  { name: 'x'.repeat(101), fault: /name/ },
];

for (const { name, count = 1, fault } of fields) {
  test(`findFieldFault() judges ${count} of ${JSON.stringify(name.slice(0, 20))}`, () => {
    const found = findFieldFault(name, { count });
    if (fault === undefined) assert.equal(found, undefined);
    else assert.match(found ?? '', fault);
  });
}

for (
  const type of ['text/plain', 'text/calendar; method=REQUEST; charset="utf-8"', 'application/vnd.x+json', 'A/b;c=d']
) {
  test(`findMediaTypeFault() takes ${type}`, () => assert.equal(findMediaTypeFault(type), undefined));
}

for (
  const type of [
    '',
    'text',
    'multipart/mixed',
    'MULTIPART/x',
    'a/b\r\nx: y',
    'a/b; name="\r\n"',
    'a/b; c',
    'ü/b',
    'a/b,c/d',
  ]
) {
  test(`findMediaTypeFault() refuses ${JSON.stringify(type)}`, () => assert.ok(findMediaTypeFault(type)));
}

test('findContentIdFault() takes what a cid: URL may name', () => {
  assert.equal(findContentIdFault('logo.1@x.example'), undefined);
  for (const id of ['', '<a>', 'a b', 'a\n', 'ü', 'x'.repeat(251)]) assert.ok(findContentIdFault(id), id);
});
