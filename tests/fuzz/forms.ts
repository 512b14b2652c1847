// Forms and streams of lines under random bytes: nothing throws, no part holds a delimiter, no byte of a line is lost.

import assert from 'node:assert/strict';
import { parseFormMessage } from '../../src/http/form-message.ts';
import { splitForm } from '../../src/http/form-parts.ts';
import { LineSplitter } from '../../src/http/line-splitter.ts';
import type { Random } from '../support/random.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { toTokens } from './tokens.ts';

const BOUNDARY = 'b';
const PART_NAMES = ['from', 'to', 'subject', 'attachment', 'message', 'envelope', '__proto__', '', 'x"; name="y'];
const TOKENS = toTokens([
  ...[
    '--b\r\n',
    '\r\n--b\r\n',
    '\r\n--b--\r\n',
    '--b',
    '\r\n',
    '\r\n\r\n',
    '\n',
    '\r',
    '--',
    ' ',
    '\0',
    '\xff',
    '\xc3\xbc',
  ],
  ...PART_NAMES.map((name) => `Content-Disposition: form-data; name="${name}"`),
  ...['; filename="f"', "; filename*=utf-8''%ff", '; filename="\\"', '; name=z', '"', 'Content-Type: a/b; charset=x'],
  ...['a@b.example', 'Content-Transfer-Encoding: base64', ':', ';'],
]);

function checkForm(random: Random): void {
  const body = random.bytes(TOKENS, 30);
  const split = splitForm(body, BOUNDARY);
  if (split.ok) {
    for (const { content } of split.value) {
      assert.ok(!content.includes(`\r\n--${BOUNDARY}`));
      assert.equal(content.buffer, body.buffer);
    }
  }
  const header = () => `multipart/form-data; boundary=${BOUNDARY}`;
  const parsed = parseFormMessage(random.cut(body), { query: '', header });
  assert.ok(split.ok || !parsed.ok);
}

function checkLines(random: Random): void {
  const body = random.bytes(TOKENS, 30);
  const maxBytes = random.below(60);
  const splitter = new LineSplitter(maxBytes);
  const lines = random.cut(body).flatMap((piece) => [...splitter.split(piece)]);
  const last = splitter.end();
  const found = [...lines, ...(last === undefined ? [] : [last])].map(({ bytes }) => bytes?.toString('latin1'));
  const expected = body.toString('latin1').split('\n');
  if (expected.at(-1) === '') expected.pop();
  assert.deepEqual(found, expected.map((line) => line.length > maxBytes ? undefined : line));
}

export const forms: FuzzTarget = {
  name: 'forms and lines',
  check(random) {
    checkForm(random);
    checkLines(random);
  },
};
