import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toAuthenticationResults, withoutForgedResults } from '../../src/checks/authentication-results.ts';
import type { Check } from '../../src/checks/check.ts';

const cases: readonly [what: string, checks: readonly Check[], expected: string][] = [
  ['no result', [], 'Authentication-Results: mx.test; none\r\n'],
  [
    'a spam verdict alone, for which there is no method',
    [{ spam: { result: 'pass' } }],
    'Authentication-Results: mx.test; none\r\n',
  ],
  [
    'one result',
    [{ spf: 'pass', 'smtp.mailfrom': 'a@b.test' }],
    'Authentication-Results: mx.test;\r\n\tspf=pass smtp.mailfrom=a@b.test\r\n',
  ],
  [
    'the null sender',
    [{ spf: 'none', 'smtp.helo': '[192.0.2.1]' }],
    'Authentication-Results: mx.test;\r\n\tspf=none smtp.helo="[192.0.2.1]"\r\n',
  ],
  [
    'all of them, folded between words',
    [
      { spf: 'softfail', 'smtp.mailfrom': 'bounce@example.com' },
      { dkim: 'pass', domain: 'example.com', selector: 's1', 'header.i': '@example.com', 'header.b': 'a+/bcde=' },
      { dkim: 'none' },
      { dmarc: 'temperror', 'header.from': '"a b"@example.com' },
      { arc: 'fail' },
    ],
    [
      'Authentication-Results: mx.test;',
      '\tspf=softfail smtp.mailfrom=bounce@example.com;',
      '\tdkim=pass header.d=example.com header.i=@example.com header.s=s1',
      '\theader.b="a+/bcde=";',
      '\tdkim=none;',
      '\tdmarc=temperror header.from=example.com;',
      '\tarc=fail\r\n',
    ].join('\r\n'),
  ],
  [
    'a local part in quotes',
    [{ spf: 'pass', 'smtp.mailfrom': '"a\\"; x"@b.test' }],
    'Authentication-Results: mx.test;\r\n\tspf=pass smtp.mailfrom="a\\"; x"@b.test\r\n',
  ],
  [
    'an address beyond ASCII by its domain',
    [{ spf: 'pass', 'smtp.mailfrom': 'jörg@bücher.test' }],
    'Authentication-Results: mx.test;\r\n\tspf=pass smtp.mailfrom=xn--bcher-kva.test\r\n',
  ],
  [
    'no line of the sender',
    [{ dkim: 'fail', domain: 'x\r\nBcc: all@test', selector: 's"\\', 'header.i': '@x\r\ny', 'header.b': 'é' }],
    'Authentication-Results: mx.test;\r\n\tdkim=fail header.d="x??Bcc: all@test" header.i="@x??y" header.s="s\\"\\\\"\r\n\theader.b="?"\r\n',
  ],
  [
    'nothing too long for a line',
    [{ spf: 'fail', 'smtp.helo': 'x'.repeat(401) }],
    'Authentication-Results: mx.test;\r\n\tspf=fail\r\n',
  ],
];

for (const [what, checks, expected] of cases) {
  test(`toAuthenticationResults() writes ${what}`, () => {
    const field = toAuthenticationResults(checks, 'mx.test');
    assert.equal(field, expected);
    assert.ok(field.split('\r\n').every((line) => line.length <= 78));
  });
}

test('toAuthenticationResults() quotes an id that is no token', () => {
  assert.equal(toAuthenticationResults([], '[::1]'), 'Authentication-Results: "[::1]"; none\r\n');
});

const forged = [
  'Authentication-Results: mx.test; spf=pass\r\n',
  'AUTHENTICATION-RESULTS:MX.Test;spf=pass\r\n',
  'Authentication-Results : mx.test. ; none\r\n',
  'Authentication-Results:\r\n\tmx.test 1;\r\n\tspf=pass\r\n',
  'Authentication-Results: (a (nested \\) one)) "mx\\.test" (c) 1 (d); spf=pass\r\n',
  'Authentication-Results: mx.test\r\n',
  'Authentication-Results: (never ends mx.test; spf=pass\r\n',
  'Authentication-Results: mx.test spf=pass\r\n',
  'Authentication-Results: ; mx.test; spf=pass\r\n',
];
const genuine = [
  'Authentication-Results: mx.test.example; spf=pass\r\n',
  'Authentication-Results: other.test; spf=pass smtp.helo=mx.test\r\n',
  'ARC-Authentication-Results: i=1; mx.test; spf=pass\r\n',
  'X-Authentication-Results: mx.test; spf=pass\r\n',
  'Authentication-Results: (never ends other.test; spf=pass\r\n',
];

test('withoutForgedResults() removes what claims to be ours, and nothing else', () => {
  for (const field of forged) {
    const header = `Subject: a\r\n b\r\n${field}Subject: \xe9\r\n${field}\r\n`;
    const kept = withoutForgedResults(Buffer.from(header, 'latin1'), ['mx.test']);
    assert.equal(kept.toString('latin1'), 'Subject: a\r\n b\r\nSubject: \xe9\r\n\r\n', field);
  }
  for (const field of genuine) {
    const header = Buffer.from(`${field}Subject: a\r\n${field}\r\n`);
    assert.equal(withoutForgedResults(header, ['mx.test']), header, field);
  }
});

test('withoutForgedResults() knows several names of ours', () => {
  const header = Buffer.from('Authentication-Results: b.test; none\r\nAuthentication-Results: c.test; none\r\n\r\n');
  assert.equal(
    withoutForgedResults(header, ['a.test', 'B.test']).toString(),
    'Authentication-Results: c.test; none\r\n\r\n',
  );
});

test('withoutForgedResults() takes time in proportion to the field', () => {
  for (const part of ['(', '(a)', '"', '\\', ' ', '\r\n ', 'a']) {
    for (const start of ['', '"']) {
      const header = Buffer.from(`Authentication-Results: ${start}${part.repeat(400_000)}\r\n\r\n`);
      assert.equal(withoutForgedResults(header, ['mx.test']), header);
    }
  }
});
