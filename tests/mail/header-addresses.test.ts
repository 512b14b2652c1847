// Sender and recipients out of a header section, and the header section without its Bcc.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_ADDRESS_FIELDS, readHeaderAddresses } from '../../src/mail/header-addresses.ts';

function read(text: string | Buffer) {
  const found = readHeaderAddresses(Buffer.from(text as string));
  assert.ok(found !== undefined);
  return found;
}

const texts = (addresses: readonly { text: string }[]) => addresses.map(({ text }) => text);

const recipients: readonly { name: string; header: string | Buffer; found: readonly string[] }[] = [
  {
    name: 'To, Cc and Bcc in order',
    header: 'Cc: c@x.y\r\nTo: a@x.y, b@x.y\r\nBCC: d@x.y\r\n',
    found: ['c@x.y', 'a@x.y', 'b@x.y', 'd@x.y'],
  },
  { name: 'names, comments and quotes', header: 'To: "a, b" <q@x.y>, C (x, y) <c@x.y>\r\n', found: ['q@x.y', 'c@x.y'] },
  { name: 'a quoted local part', header: 'To: "a,b"@x.y\r\n', found: ['"a,b"@x.y'] },
  { name: 'folded lines', header: 'To: a@x.y,\r\n\tb@x.y\r\n', found: ['a@x.y', 'b@x.y'] },
  { name: 'LF line ends', header: 'To: a@x.y\nCc: b@x.y\n\nTo: body@x.y\n', found: ['a@x.y', 'b@x.y'] },
  { name: 'groups', header: 'To: all: a@x.y, b@x.y;, c@x.y\r\n', found: ['a@x.y', 'b@x.y', 'c@x.y'] },
  { name: 'an empty group', header: 'To: undisclosed-recipients:;\r\n', found: [] },
  { name: 'a name without an address', header: 'To: Jane Doe\r\n', found: [''] },
  { name: 'fields named like Object.prototype', header: 'constructor: a@x.y\r\nvalueOf: b@x.y\r\n', found: [] },
  { name: 'UTF-8', header: 'To: jö@x.y\r\n', found: ['jö@x.y'] },
  { name: 'a Latin-1 name', header: Buffer.from('To: J\xf6 <a@x.y>\r\n', 'latin1'), found: ['a@x.y'] },
  {
    name: 'a Latin-1 address, which cannot pass',
    header: Buffer.from('To: j\xf6@x.y\r\n', 'latin1'),
    found: ['j\x80@x.y'],
  },
  { name: 'nothing behind an empty line', header: 'Subject: x\r\n\r\nTo: body@x.y\r\n', found: [] },
];

for (const { name, header, found } of recipients) {
  test(`readHeaderAddresses() reads ${name}`, () => {
    assert.deepEqual(texts(read(header).recipients), found);
  });
}

const senders: readonly { header: string; found: readonly string[] }[] = [
  { header: 'From: a@x.y, b@x.y\r\n', found: ['a@x.y'] },
  { header: 'Sender: s@x.y\r\nFrom: A <a@x.y>\r\n', found: ['a@x.y', 's@x.y'] },
  { header: 'Sender: s@x.y\r\n', found: ['s@x.y'] },
  { header: 'From:\r\nSender: s@x.y\r\n', found: ['s@x.y'] },
  { header: 'Reply-To: r@x.y\r\n', found: [] },
];

for (const { header, found } of senders) {
  test(`readHeaderAddresses() takes the senders of ${JSON.stringify(header)}`, () => {
    assert.deepEqual(texts(read(header).senders), found);
  });
}

test('withoutBcc() takes out every Bcc field with its folded lines and nothing else', () => {
  const header = 'Bcc: a@x.y\r\nTo: b@x.y\r\nbcc: c@x.y,\r\n d@x.y\r\nSubject: x\r\n\r\nBcc: body\r\n';
  assert.equal(
    read(header).withoutBcc().toString(),
    'To: b@x.y\r\nSubject: x\r\n\r\nBcc: body\r\n',
  );
});

test('readHeaderAddresses() does not parse address fields beyond its bound', () => {
  const field = `To: ${'a@x.y,'.repeat(MAX_ADDRESS_FIELDS / 6)}\r\n`;
  assert.equal(readHeaderAddresses(Buffer.from(field)), undefined);
  assert.equal(readHeaderAddresses(Buffer.from(`Subject: ${field}`))?.recipients.length, 0);
});
