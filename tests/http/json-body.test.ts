// JSON bodies: what is parsed, what is refused, and that no answer repeats the body.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_STRUCTURE, parseJsonBody } from '../../src/http/json-body.ts';

const valid: readonly { name: string; text: string; value: unknown }[] = [
  { name: 'an object', text: ' {"a": [1, {"b": null}]} ', value: { a: [1, { b: null }] } },
  { name: 'a byte order mark inside a string', text: '{"mime":"\ufeffx"}', value: { mime: '\ufeffx' } },
  { name: 'quotes and braces inside strings', text: '{"a":"}]{[\\"","b":"\\\\"}', value: { a: '}]{["', b: '\\' } },
  { name: 'brackets behind an escaped quote', text: `{"a":"\\"${'['.repeat(70)}"}`, value: undefined },
  { name: 'brackets behind an escaped backslash', text: `{"a":"\\\\","b":"${'['.repeat(70)}"}`, value: undefined },
  { name: 'equal names in different objects', text: '{"a":{"a":1},"b":{"a":2}}', value: { a: { a: 1 }, b: { a: 2 } } },
  { name: 'a name that is also a value', text: '{"a":"b","b":"a"}', value: { a: 'b', b: 'a' } },
  { name: 'names of Object.prototype', text: '{"constructor":1,"toString":2}', value: { constructor: 1, toString: 2 } },
  { name: '64 levels', text: `{"a":${'['.repeat(63)}${']'.repeat(63)}}`, value: undefined },
  { name: 'a long string', text: `{"mime":"${'[{'.repeat(MAX_STRUCTURE)}"}`, value: undefined },
];

for (const { name, text, value } of valid) {
  test(`parseJsonBody() parses ${name}`, () => {
    const parsed = parseJsonBody(Buffer.from(text));
    assert.ok(parsed.ok, JSON.stringify(parsed));
    if (value !== undefined) assert.deepEqual(parsed.value, value);
  });
}

const refused: readonly { name: string; body: string | Uint8Array; code: string }[] = [
  { name: 'a leading byte order mark', body: '\ufeff{"a":1}', code: 'malformed-json' },
  { name: 'text that is not JSON', body: '{"secret": secret}', code: 'malformed-json' },
  { name: 'a cut object', body: '{"secret": "x', code: 'malformed-json' },
  { name: 'an array', body: '["secret"]', code: 'malformed-json' },
  { name: 'a string', body: '"secret"', code: 'malformed-json' },
  { name: 'null', body: 'null', code: 'malformed-json' },
  { name: 'Latin-1', body: Buffer.from('{"secret":"\xe9"}', 'latin1'), code: 'malformed-utf8' },
  { name: 'an encoded surrogate', body: Buffer.from('{"a":"\xed\xa0\x80"}', 'latin1'), code: 'malformed-utf8' },
  { name: 'a cut character', body: Buffer.from([...Buffer.from('{"a":"'), 0xe2, 0x82]), code: 'malformed-utf8' },
  { name: 'a name twice', body: '{"mime":"secret","b":1,"mime":"secret"}', code: 'duplicate-property' },
  { name: 'a name twice, once escaped', body: '{"mime":"a","\\u006dime":"b"}', code: 'duplicate-property' },
  { name: 'a name twice, spaced', body: '{"a"\n :1,"a"\t:2}', code: 'duplicate-property' },
  { name: '__proto__ twice', body: '{"__proto__":1,"__proto__":2}', code: 'duplicate-property' },
  { name: '65 levels', body: `{"a":${'['.repeat(64)}${']'.repeat(64)}}`, code: 'too-complex' },
  { name: 'a million open brackets', body: '['.repeat(1_000_000), code: 'too-complex' },
  { name: 'a million open objects', body: '{"a":'.repeat(1_000_000), code: 'too-complex' },
  { name: 'millions of arrays', body: `{"a":[${'[],'.repeat(2_000_000)}[]]}`, code: 'too-complex' },
  { name: 'millions of numbers', body: `{"a":[${'1,'.repeat(2_500_000)}1]}`, code: 'too-complex' },
  { name: 'millions of strings', body: `{"a":[${'"",'.repeat(2_000_000)}""]}`, code: 'too-complex' },
];

for (const { name, body, code } of refused) {
  test(`parseJsonBody() refuses ${name} as ${code}`, () => {
    const parsed = parseJsonBody(Buffer.from(body as string));
    assert.ok(!parsed.ok);
    assert.equal(parsed.problem.code, code);
    assert.doesNotMatch(JSON.stringify(parsed.problem), /secret/);
  });
}

test('parseJsonBody() says where the JSON breaks when the engine knows', () => {
  const parsed = parseJsonBody(Buffer.from('{"a":1,}'));
  assert.ok(!parsed.ok);
  assert.equal(parsed.problem.detail, 'The body is not valid JSON (character 8).');
});
