// A message in parts: the envelope that follows from it, and every fault with its pointer.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GivenMail } from '../../src/http/mail-schema.ts';
import type { FieldError } from '../../src/http/problem.ts';
import { MAX_HEADER_TEXT, parseMail, toMailRequest } from '../../src/http/parse-mail.ts';

const PLACE = { root: ['message'], attachments: 'attachments' };

function faultsOf(mail: Partial<GivenMail>): string[] {
  const errors: FieldError[] = [];
  parseMail({ from: 'a@x.example', ...mail }, { errors, ...PLACE });
  return errors.map((error) => 'pointer' in error ? error.pointer : '');
}

test('parseMail() takes the envelope from From, To, Cc and Bcc, and keeps Bcc out of the message', () => {
  const errors: FieldError[] = [];
  const { mail, sender, recipients, named } = parseMail({
    from: ['Ada <a@x.example>', 'second@x.example'],
    to: ['b@x.example', { name: 'C, c', address: 'c@x.example' }],
    cc: { address: 'd@x.example' },
    bcc: 'secret@x.example',
  }, { errors, ...PLACE });
  assert.deepEqual(errors, []);
  assert.deepEqual(sender, { text: 'a@x.example', place: { pointer: '/message/from/0' } });
  assert.deepEqual(recipients, [
    { text: 'b@x.example', place: { pointer: '/message/to/0' } },
    { text: 'c@x.example', place: { pointer: '/message/to/1' } },
    { text: 'd@x.example', place: { pointer: '/message/cc' } },
    { text: 'secret@x.example', place: { pointer: '/message/bcc' } },
  ]);
  assert.deepEqual(mail.to[1], { name: 'C, c', address: 'c@x.example' });
  assert.doesNotMatch(JSON.stringify([mail, named]), /secret/);
});

const LINE = 'x\r\nBcc: victim@x.example';
const FILE = { filename: 'f', contentType: 'text/plain', content: '' };
const faulty: readonly { name: string; mail: Partial<GivenMail>; pointers: readonly string[] }[] = [
  { name: 'no sender', mail: { from: [] }, pointers: ['/message/from'] },
  { name: 'a null sender', mail: { from: { address: '' } }, pointers: ['/message/from'] },
  { name: 'an empty text for an address', mail: { to: [''] }, pointers: ['/message/to/0'] },
  { name: 'a list in a text', mail: { to: 'b@x.example, c@x.example' }, pointers: ['/message/to'] },
  {
    name: 'a line break in a name',
    mail: { cc: [{ name: LINE, address: 'b@x.example' }] },
    pointers: ['/message/cc/0/name'],
  },
  { name: 'a line break in an address', mail: { to: { address: LINE } }, pointers: ['/message/to/address'] },
  { name: 'a line break in a text with a name', mail: { from: `${LINE} <a@x.example>` }, pointers: ['/message/from'] },
  { name: 'a line break in the subject', mail: { subject: LINE }, pointers: ['/message/subject'] },
  { name: 'a line break in a header', mail: { headers: { 'X-A': LINE } }, pointers: ['/message/headers/X-A'] },
  { name: 'a line break in a list', mail: { headers: { 'X-A': ['y', LINE] } }, pointers: ['/message/headers/X-A/1'] },
  { name: 'a line break in a field name', mail: { headers: { [LINE]: 'y' } }, pointers: [`/message/headers/${LINE}`] },
  { name: 'a header with a property', mail: { headers: { bcc: 'y' } }, pointers: ['/message/headers/bcc'] },
  { name: 'a header twice', mail: { headers: { Date: 'y', date: 'z' } }, pointers: ['/message/headers/date'] },
  {
    name: 'a bad file name',
    mail: { attachments: [{ ...FILE, filename: LINE }] },
    pointers: ['/message/attachments/0/filename'],
  },
  {
    name: 'no file name',
    mail: { attachments: [{ ...FILE, filename: '' }] },
    pointers: ['/message/attachments/0/filename'],
  },
  {
    name: 'a bad type',
    mail: { attachments: [{ ...FILE, contentType: LINE }] },
    pointers: ['/message/attachments/0/contentType'],
  },
  {
    name: 'a bad id',
    mail: { attachments: [{ ...FILE, contentId: '<x>' }] },
    pointers: ['/message/attachments/0/contentId'],
  },
  {
    name: 'bad base64',
    mail: { attachments: [FILE, { ...FILE, content: 'a' }] },
    pointers: ['/message/attachments/1/content'],
  },
  { name: 'endless headers', mail: { subject: 'a '.repeat(MAX_HEADER_TEXT / 2) }, pointers: ['/message'] },
];

for (const { name, mail, pointers } of faulty) {
  test(`parseMail() refuses ${name}`, () => assert.deepEqual(faultsOf(mail), pointers));
}

test('parseMail() shows an attachment with an id inside the message, unless told otherwise', () => {
  const attachments = [FILE, { ...FILE, contentId: 'x' }, { ...FILE, contentId: 'y', inline: false }];
  const { mail } = parseMail({ from: 'a@x.example', attachments }, { errors: [], ...PLACE });
  assert.deepEqual(mail.attachments.map(({ inline }) => inline), [false, true, false]);
});

test('parseMail() takes files as bytes, and names faults by the place that it is told', () => {
  const errors: FieldError[] = [];
  const content = Buffer.from([0xff, 0x00]);
  const file = { filename: 'f', contentType: 'a/b', content };
  const attachments = [file, { ...file, filename: LINE }];
  const { mail } = parseMail({ from: 'a@x.example', to: 'x', attachments }, { errors, root: [], attachments: 'file' });
  assert.equal(mail.attachments[0]?.content, content);
  assert.deepEqual(errors.map((error) => 'pointer' in error && error.pointer), ['/file/1/filename']);
});

test('toMailRequest() gives the envelope that follows from the parts', () => {
  const parsed = parseMail({ from: 'a@x.example', bcc: 'b@x.example' }, { errors: [], ...PLACE });
  const { sender, recipients, named, mail } = toMailRequest(parsed);
  assert.deepEqual([sender?.text, recipients?.map(({ text }) => text)], ['a@x.example', ['b@x.example']]);
  assert.deepEqual([named?.map(({ text }) => text), mail], [['a@x.example'], parsed.mail]);
});
