// The ESMTP parameters: what MAIL and RCPT take, and the reply to what they do not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyMailParameters, toRecipientDsn } from '../../src/smtp/parameters.ts';
import { REPLIES } from '../../src/smtp/reply.ts';

type Given = Readonly<Record<string, string | true>>;

const settings = { maxBytes: 1000, offerDsn: true };
const toMap = (given: Given) => new Map(Object.entries(given));

const mailAccepted: readonly {
  readonly given: Given;
  readonly size?: number;
  readonly smtputf8?: boolean;
  readonly dsn?: object;
}[] = [
  { given: {} },
  { given: { SIZE: '0' }, size: 0 },
  { given: { SIZE: '1000' }, size: 1000 },
  { given: { SIZE: '00001000' }, size: 1000 },
  { given: { BODY: '8BITMIME' } },
  { given: { BODY: '7bit' } },
  { given: { SMTPUTF8: true, BODY: '8BITMIME', SIZE: '5' }, size: 5, smtputf8: true },
  { given: { RET: 'hdrs' }, dsn: { ret: 'HDRS' } },
  { given: { RET: 'FULL', ENVID: 'QQ314159' }, dsn: { ret: 'FULL', envid: 'QQ314159' } },
  { given: { ENVID: 'x'.repeat(100) }, dsn: { envid: 'x'.repeat(100) } },
];

for (const { given, smtputf8 = false, dsn = {}, ...size } of mailAccepted) {
  test(`applyMailParameters() takes ${JSON.stringify(given).slice(0, 60)}`, () => {
    assert.deepEqual(applyMailParameters(toMap(given), settings), { smtputf8, dsn, ...size });
  });
}

test('applyMailParameters() takes AUTH= where logins are taken, and keeps nothing of it', () => {
  for (const value of ['<>', 'a+3Db@example.com', 'x'.repeat(500)]) {
    const applied = applyMailParameters(toMap({ AUTH: value }), { ...settings, offerAuth: true });
    assert.deepEqual(applied, { smtputf8: false, dsn: {} });
  }
  for (const value of [true, 'x'.repeat(501)] as const) {
    const applied = applyMailParameters(toMap({ AUTH: value }), { ...settings, offerAuth: true });
    assert.deepEqual('code' in applied && applied.code, 555);
  }
});

const mailRefused: readonly Given[] = [
  { SIZE: true },
  { SIZE: '-1' },
  { SIZE: '1k' },
  { SIZE: '1'.repeat(21) },
  { BODY: 'BINARYMIME' },
  { BODY: true },
  { SMTPUTF8: 'yes' },
  { RET: 'ALL' },
  { RET: true },
  { ENVID: true },
  { ENVID: 'x'.repeat(101) },
  { ENVID: 'ü' },
  { NOTIFY: 'NEVER' },
  { AUTH: '<>' },
  { FOO: 'bar' },
];

for (const given of mailRefused) {
  test(`applyMailParameters() refuses ${JSON.stringify(given).slice(0, 60)} with 555 5.5.4`, () => {
    const reply = applyMailParameters(toMap(given), settings);
    assert.ok('code' in reply);
    assert.equal(`${reply.code} ${reply.enhancedStatus}`, '555 5.5.4');
  });
}

for (const size of ['1001', '99999999999999999999']) {
  test(`applyMailParameters() refuses SIZE=${size} with 552 5.3.4`, () => {
    assert.deepEqual(applyMailParameters(toMap({ SIZE: size }), settings), REPLIES.tooLarge);
  });
}

test('applyMailParameters() refuses RET and ENVID where DSN is not offered', () => {
  for (const given of [{ RET: 'FULL' }, { ENVID: 'a' }]) {
    const reply = applyMailParameters(toMap(given), { ...settings, offerDsn: false });
    assert.ok('code' in reply);
    assert.equal(reply.code, 555);
  }
});

const recipientAccepted: readonly { readonly given: Given; readonly expected: object | undefined }[] = [
  { given: {}, expected: undefined },
  { given: { NOTIFY: 'never' }, expected: { notify: 'NEVER' } },
  { given: { NOTIFY: 'SUCCESS,FAILURE,DELAY' }, expected: { notify: 'SUCCESS,FAILURE,DELAY' } },
  { given: { ORCPT: 'rfc822;a+2Bb@c' }, expected: { orcpt: 'rfc822;a+2Bb@c' } },
  {
    given: { ORCPT: `rfc822;${'x'.repeat(493)}`, NOTIFY: 'DELAY' },
    expected: { orcpt: `rfc822;${'x'.repeat(493)}`, notify: 'DELAY' },
  },
];

for (const { given, expected } of recipientAccepted) {
  test(`toRecipientDsn() takes ${JSON.stringify(given).slice(0, 60)}`, () => {
    assert.deepEqual(toRecipientDsn(toMap(given), { offered: true, dsn: {} }), expected);
  });
}

const recipientRefused: readonly Given[] = [
  { NOTIFY: true },
  { NOTIFY: 'NEVER,SUCCESS' },
  { NOTIFY: 'SUCCESS,' },
  { NOTIFY: 'ALWAYS' },
  { ORCPT: true },
  { ORCPT: 'a@b' },
  { ORCPT: 'rfc822;' },
  { ORCPT: `rfc822;${'x'.repeat(501)}` },
  { SIZE: '1' },
  { FOO: true },
];

for (const given of recipientRefused) {
  test(`toRecipientDsn() refuses ${JSON.stringify(given).slice(0, 60)} with 555 5.5.4`, () => {
    const reply = toRecipientDsn(toMap(given), { offered: true, dsn: {} });
    assert.ok(reply !== undefined && 'code' in reply);
    assert.equal(`${reply.code} ${reply.enhancedStatus}`, '555 5.5.4');
  });
}

test('toRecipientDsn() joins what MAIL said with what RCPT says', () => {
  const joined = toRecipientDsn(toMap({ NOTIFY: 'FAILURE' }), { offered: true, dsn: { ret: 'HDRS', envid: 'e1' } });
  assert.deepEqual(joined, { notify: 'FAILURE', ret: 'HDRS', envid: 'e1' });
  assert.deepEqual(toRecipientDsn(new Map(), { offered: true, dsn: { envid: 'e1' } }), { envid: 'e1' });
});

test('toRecipientDsn() refuses DSN parameters where DSN is not offered', () => {
  const reply = toRecipientDsn(toMap({ NOTIFY: 'NEVER' }), { offered: false, dsn: {} });
  assert.ok(reply !== undefined && 'code' in reply);
});

test('Parameters without EHLO get 555 5.5.4', () => {
  for (
    const reply of [applyMailParameters(undefined, settings), toRecipientDsn(undefined, { offered: true, dsn: {} })]
  ) {
    assert.ok(reply !== undefined && 'code' in reply);
    assert.equal(`${reply.code} ${reply.enhancedStatus}`, '555 5.5.4');
  }
});
