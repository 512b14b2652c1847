// Strict base64: what is decoded, and what is refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBase64 } from '../../src/http/base64.ts';

for (const [text, bytes] of [['', ''], ['/wD+', '\xff\0\xfe'], ['/wA=', '\xff\0'], ['/w==', '\xff']] as const) {
  test(`decodeBase64() decodes ${JSON.stringify(text)}`, () => {
    assert.equal(decodeBase64(text)?.toString('latin1'), bytes);
  });
}

for (const text of ['/w', '/w=', '/x==', '/w==/w==', '/w==\r\n', ' /w==', '_-A=', '====', 'A===', 'ä+++']) {
  test(`decodeBase64() refuses ${JSON.stringify(text)}`, () => {
    assert.equal(decodeBase64(text), undefined);
  });
}
