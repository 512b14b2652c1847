// JSON messages: envelope, content, and faults that repeat nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJsonMessage } from '../../src/http/json-message.ts';
import type { MessageRequest } from '../../src/http/message-request.ts';

function parse(message: unknown): ReturnType<typeof parseJsonMessage> {
  return parseJsonMessage([Buffer.from(JSON.stringify(message))]);
}

function parseValid(message: unknown): MessageRequest {
  const parsed = parse(message);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

function contentOf({ content }: MessageRequest): string {
  return Buffer.concat(content).toString('latin1');
}

const minimal = { recipient: 'a@b.example', mime: 'x: y\r\n' };

test('parseJsonMessage() reads a body that arrives in pieces, cut inside a character', () => {
  const body = Buffer.from(JSON.stringify({ ...minimal, mime: 'jürgen' }));
  const cut = body.indexOf(0xbc);
  const parsed = parseJsonMessage([body.subarray(0, cut), body.subarray(cut)]);
  assert.ok(parsed.ok);
  assert.equal(Buffer.concat(parsed.value.content).toString(), 'jürgen');
});

const senders: readonly { envelope: unknown; text: string | undefined }[] = [
  { envelope: undefined, text: undefined },
  { envelope: null, text: '' },
  { envelope: '', text: '' },
  { envelope: 's@b.example', text: 's@b.example' },
];

for (const { envelope, text } of senders) {
  test(`parseJsonMessage() reads envelope ${JSON.stringify(envelope)} as ${JSON.stringify(text)}`, () => {
    assert.equal(parseValid({ ...minimal, envelope }).sender?.text, text);
  });
}

test('parseJsonMessage() keeps the place of every recipient', () => {
  assert.deepEqual(parseValid(minimal).recipients, [{ text: 'a@b.example', place: { pointer: '/recipient' } }]);
  assert.deepEqual(parseValid({ recipients: ['a', 'b'], mime: 'x' }).recipients, [
    { text: 'a', place: { pointer: '/recipients/0' } },
    { text: 'b', place: { pointer: '/recipients/1' } },
  ]);
  assert.equal(parseValid({ mime: 'x' }).recipients, undefined);
});

const contents: readonly { name: string; message: { mime: string; 'mime-encoding'?: string }; bytes: string }[] = [
  { name: 'UTF-8', message: { mime: 'é' }, bytes: '\xc3\xa9' },
  { name: 'NUL', message: { mime: '\0' }, bytes: '\0' },
  { name: 'a byte order mark', message: { mime: '\ufeffx' }, bytes: '\xef\xbb\xbfx' },
  { name: 'base64', message: { mime: '/wD+', 'mime-encoding': 'base64' }, bytes: '\xff\0\xfe' },
  { name: 'base64 with one =', message: { mime: '/wA=', 'mime-encoding': 'base64' }, bytes: '\xff\0' },
  { name: 'base64 with two =', message: { mime: '/w==', 'mime-encoding': 'base64' }, bytes: '\xff' },
];

for (const { name, message, bytes } of contents) {
  test(`parseJsonMessage() decodes ${name}`, () => {
    assert.equal(contentOf(parseValid({ ...minimal, ...message })), bytes);
  });
}

for (const mime of ['/w', '/w=', '/x==', '/w==/w==', '/w==\r\n', ' /w==', '_-A=', '====', 'A===', 'a b c ===']) {
  test(`parseJsonMessage() refuses ${JSON.stringify(mime)} as base64`, () => {
    const parsed = parse({ ...minimal, mime, 'mime-encoding': 'base64' });
    assert.ok(!parsed.ok);
    assert.deepEqual(parsed.problem.errors, [
      { pointer: '/mime', detail: 'is not base64 (RFC 4648 section 4, without line breaks)' },
    ]);
  });
}

test('parseJsonMessage() never repeats a value of the body, and bounds its list of faults', () => {
  const secrets = { pool: ['secret'], security: 'secret', priority: 'secret', envelope: ['secret'] };
  const parsed = parse({ ...secrets, mime: 'secret', recipients: Array.from({ length: 100 }, () => ['secret']) });
  assert.ok(!parsed.ok);
  assert.doesNotMatch(JSON.stringify(parsed.problem), /secret/);
  assert.equal(parsed.problem.errors?.length, 20);
});
