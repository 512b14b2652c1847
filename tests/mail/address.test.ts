// The address grammar: what MAIL and RCPT may name under each policy, and what never passes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AddressOptions, parseAddress, toMailboxKey, toUnicodeAddress } from '../../src/mail/address.ts';

const STRICT: AddressOptions = { policy: 'strict', smtputf8: false, allow: 'recipient' };
const STRICT_UTF8: AddressOptions = { ...STRICT, smtputf8: true };
const LOOSE: AddressOptions = { ...STRICT, policy: 'loose' };

const POLICIES = [STRICT, STRICT_UTF8, LOOSE, { ...LOOSE, smtputf8: true }].flatMap((options) => [
  options,
  { ...options, allow: 'sender' } as const,
]);

function show(text: string): string {
  return text.length > 60 ? `${JSON.stringify(text.slice(0, 60))}… (${text.length} characters)` : JSON.stringify(text);
}

const label63 = 'd'.repeat(63);
const local64 = 'l'.repeat(64);
// 254 octets in all, the most that fits into <>: 64 + @ + 189.
const domain189 = `${label63}.${label63}.${'e'.repeat(61)}`;

// Valid under strict without SMTPUTF8, and so under every other policy.
const valid = [
  'a@b',
  'user@example.com',
  'User.Name+tag@EXAMPLE.com',
  "!#$%&'*+-/=?^_`{|}~@example.com",
  '1@1',
  'user@1.2.3.4',
  'user@localhost',
  'user@xn--bcher-kva.example',
  'user@a--b.example',
  'user@ab--cd.example',
  '""@example.com',
  '" "@example.com',
  '"a b"@example.com',
  '"a@b"@example.com',
  '"a..b"@example.com',
  '".a."@example.com',
  '"<>,;:[]()"@example.com',
  '"a\\"b"@example.com',
  '"a\\\\b"@example.com',
  '"\\a\\ "@example.com',
  'user@[192.0.2.1]',
  'user@[255.255.255.255]',
  'user@[IPv6:2001:db8::1]',
  `${local64}@example.com`,
  `"${'q'.repeat(62)}"@example.com`,
  `user@${label63}.example`,
  `${local64}@${domain189}`,
  'postmaster@example.com',
];

for (const address of valid) {
  test(`parseAddress() takes ${show(address)} under every policy, for both directions, as it is`, () => {
    for (const options of POLICIES) assert.deepEqual(parseAddress(address, options), { ok: true, address });
  });
}

// Valid under strict only with SMTPUTF8 (RFC 6531 section 3.3).
const validUtf8 = [
  'üser@example.com',
  'user@bücher.example',
  'user@BÜCHER.example',
  'user@例え.テスト',
  'δοκιμή@παράδειγμα.δοκιμή',
  '"ü ber"@example.com',
  'a.ü.b@example.com',
  '\u{1f600}@example.com',
  'cafe\u0301@example.com',
  'user@cafe\u0301.example',
  'user@faß.example',
  '\u00a0@example.com',
  '\ufeffuser@example.com',
  '\uffff@example.com',
  `${'ü'.repeat(32)}@example.com`,
  `user@${'ü'.repeat(50)}.example`,
];

for (const address of validUtf8) {
  test(`parseAddress() takes ${show(address)} under strict with SMTPUTF8 only`, () => {
    assert.deepEqual(parseAddress(address, STRICT_UTF8), { ok: true, address });
    assert.deepEqual(parseAddress(address, LOOSE), { ok: true, address });
    const fault = 'characters beyond ASCII need SMTPUTF8';
    assert.deepEqual(parseAddress(address, STRICT), { ok: false, fault });
  });
}

// Not valid under strict with and without SMTPUTF8; loose has no rule for the left side.
const looseOnly = [
  '.user@example.com',
  'user.@example.com',
  'us..er@example.com',
  'us er@example.com',
  ' user@example.com',
  'a@b@example.com',
  '@user@example.com',
  '@@example.com',
  'a,b@example.com',
  'a:b@example.com',
  'a;b@example.com',
  'a(comment)@example.com',
  '<user@example.com',
  'user>@example.com',
  'User <user@example.com',
  'us[er]@example.com',
  'us\\er@example.com',
  'us"er@example.com',
  '"user@example.com',
  'user"@example.com',
  '"us"er"@example.com',
  '"us"er@example.com',
  '"us\\"@example.com',
  '"\\ü"@example.com',
  '"a"."b"@example.com',
  'a."b"@example.com',
  `${local64}l@example.com`,
  `"${'q'.repeat(63)}"@example.com`,
  `${'ü'.repeat(33)}@example.com`,
  `${local64}@${domain189}e`,
  `${'x'.repeat(5000)}@example.com`,
];

for (const address of looseOnly) {
  test(`parseAddress() takes ${show(address)} under loose only`, () => {
    assert.equal(parseAddress(address, STRICT).ok, false);
    assert.equal(parseAddress(address, STRICT_UTF8).ok, false);
    assert.deepEqual(parseAddress(address, LOOSE), { ok: true, address });
  });
}

// What is right of the last @ is a domain under every policy.
const badDomains = [
  '',
  ' ',
  '.',
  '-',
  'example.',
  '.example',
  'exa..mple',
  '-example.com',
  'example-.com',
  'example.-com',
  'example.com-',
  'exa_mple.com',
  'exa mple.com',
  ' example.com',
  'example.com ',
  'example.com>',
  'example.com/x',
  'exa%41mple.com',
  'example.com:25',
  '*.example.com',
  'exam!ple.com',
  '"example".com',
  'example(comment).com',
  `${label63}d.com`,
  `${`${'d'.repeat(31)}.`.repeat(8)}`,
  `${'d.'.repeat(128)}d`,
  // A URL parser stops at these, decodes that, and would make another name of the rest (RFC 5890 section 2.3.2.1).
  'é/evil.example',
  'é?evil.example',
  'é#evil.example',
  'é\\evil.example',
  'é:25',
  'a%41é.example',
  'a%2eé.example',
  'é%00.example',
  'é_x.example',
  'é x.example',
  'é*.example',
  '-é.example',
  'é-.example',
  'ab--é.example',
  'é..example',
  'é.example.',
  '\u3002é.example',
  'exa\u3002mple',
  'exa\uff0emple',
  'exa\uff61mple',
  'exam\u00adple.com',
  'exam\u200bple.com',
  'exam\u200dple.com',
  'exam\ufeffple.com',
  '\uff45xample.com',
  '\u2167.example',
  '\u212a.example',
  '\uff11\uff12\uff17.0.0.1',
  '\u0301a.example',
  'exam\u2028ple.com',
  'exam\ufffdple.com',
  'xn--ü.example',
  `${'ü'.repeat(60)}.example`,
];

for (const domain of badDomains) {
  test(`parseAddress() refuses the domain ${show(domain)} under every policy`, () => {
    for (const options of POLICIES) assert.equal(parseAddress(`user@${domain}`, options).ok, false);
  });
}

test('parseAddress() refuses a domain of more than 255 octets even under loose', () => {
  const labels = Array.from({ length: 3 }, () => label63).join('.');
  const domain255 = `${labels}.${'x'.repeat(63)}`;
  assert.equal(domain255.length, 255);
  assert.equal(parseAddress(`user@${domain255}`, LOOSE).ok, true);
  assert.equal(parseAddress(`user@${domain255}.x`, LOOSE).ok, false);
  // 179 octets as they are, 479 as A-labels.
  const converted = Array.from({ length: 60 }, () => 'ü').join('.');
  assert.deepEqual(parseAddress(`user@${converted}`, LOOSE), {
    ok: false,
    fault: 'the domain is longer than 255 octets',
  });
});

const noAddress = ['user', 'example.com', 'postmaste', '"user"', '<>', '@', 'user.example.com', '[192.0.2.1]'];

for (const text of noAddress) {
  test(`parseAddress() refuses ${show(text)} under every policy`, () => {
    for (const options of POLICIES) assert.equal(parseAddress(text, options).ok, false);
  });
}

test('parseAddress() refuses an empty local part, which nobody could deliver to, under every policy', () => {
  for (const options of POLICIES) {
    assert.deepEqual(parseAddress('@example.com', options), { ok: false, fault: 'the local part is missing' });
  }
});

test('parseAddress() takes the null sender as a sender only', () => {
  for (const options of POLICIES) {
    const expected = options.allow === 'sender'
      ? { ok: true, address: '' }
      : { ok: false, fault: 'the address is empty' };
    assert.deepEqual(parseAddress('', options), expected);
  }
});

test('parseAddress() takes postmaster without a domain as a recipient only, in any case', () => {
  for (const text of ['postmaster', 'Postmaster', 'POSTMASTER']) {
    for (const options of POLICIES) {
      const expected = options.allow === 'recipient'
        ? { ok: true, address: text }
        : { ok: false, fault: 'the address has no @' };
      assert.deepEqual(parseAddress(text, options), expected);
    }
  }
  assert.equal(parseAddress('postma\u017fter', LOOSE).ok, false);
});

const routes = [
  ['@a.example:user@b.example', 'user@b.example'],
  ['@a.example,@b.example,@c.example:user@d.example', 'user@d.example'],
  ['@a:"x:y"@b', '"x:y"@b'],
  ['@a.example:user@[IPv6:::1]', 'user@[IPv6:::1]'],
] as const;

for (const [text, address] of routes) {
  test(`parseAddress() strips the source route of ${text} under every policy`, () => {
    for (const options of POLICIES) assert.deepEqual(parseAddress(text, options), { ok: true, address });
  });
}

const badRoutes = [
  '@a.example user@b.example',
  '@a.example,b.example:user@c.example',
  '@a.example,:user@b.example',
  '@a.example, @b.example:user@c.example',
  '@:user@b.example',
  '@-a:user@b.example',
  '@a_b:user@c.example',
  '@[192.0.2.1]:user@b.example',
  '@a:@b:user@c.example',
  ':user@b.example',
];

for (const text of badRoutes) {
  test(`parseAddress() refuses the malformed source route of ${text} under strict`, () => {
    assert.equal(parseAddress(text, STRICT).ok, false);
    assert.equal(parseAddress(text, STRICT_UTF8).ok, false);
  });
}

test('parseAddress() refuses a source route that leads to no mailbox', () => {
  for (const text of ['@a.example:', '@a.example:postmaster', '@a.example:@b.example', '@a.example:user']) {
    for (const options of POLICIES) assert.equal(parseAddress(text, options).ok, false, text);
  }
});

test('parseAddress() takes a hop beyond ASCII with SMTPUTF8 only', () => {
  const text = '@bücher.example:user@example.com';
  assert.deepEqual(parseAddress(text, STRICT_UTF8), { ok: true, address: 'user@example.com' });
  assert.equal(parseAddress(text, STRICT).ok, false);
});

test('parseAddress() never passes a control character or a lone surrogate, wherever it stands', () => {
  const controls = [
    ...Array.from({ length: 32 }, (_, code) => code),
    ...Array.from({ length: 33 }, (_, n) => 0x7f + n),
  ];
  const characters = [...controls.map((code) => String.fromCharCode(code)), '\r\n', '\ud800', '\udc00', '\udc00\ud800'];
  const places = ['Xuser@example.com', 'usXer@example.com', 'userX@example.com', '"usXer"@example.com']
    .concat('"us\\Xer"@example.com', 'user@Xexample.com', 'user@exXample.com', 'user@example.comX', 'user@[192.0.2.1X]')
    .concat('@a.exampleX:user@example.com', 'postmasterX', 'X');
  for (const text of characters.flatMap((character) => places.map((place) => place.replace('X', character)))) {
    for (const options of POLICIES) assert.equal(parseAddress(text, options).ok, false, JSON.stringify(text));
  }
});

test('parseAddress() says what is wrong in words fit for a reply', () => {
  const faults = [
    ['user', 'the address has no @'],
    ['user@', 'the domain is missing'],
    ['us er@example.com', 'the local part is not valid'],
    ['user@-', 'the domain is not valid'],
    ['user@[1.2.3]', 'the address literal is not valid'],
    [`${local64}l@example.com`, 'the local part is longer than 64 octets'],
    [`${local64}@${domain189}e`, 'the address is longer than 254 octets'],
    ['us\ner@example.com', 'the address has a control character or a lone surrogate'],
  ] as const;
  for (const [text, fault] of faults) assert.deepEqual(parseAddress(text, STRICT), { ok: false, fault });
});

test('parseAddress() judges hostile lengths without running away', () => {
  const long = 200_000;
  for (const text of ['"\\'.repeat(long), 'a.'.repeat(long), '@a,'.repeat(long), 'ü.'.repeat(long), '"'.repeat(long)]) {
    for (const options of POLICIES) assert.equal(parseAddress(`${text}@exa_mple`, options).ok, false);
  }
});

test('toMailboxKey() ignores the case of the domain only', () => {
  assert.equal(toMailboxKey('User@EXAMPLE.com'), 'User@example.com');
  assert.equal(toMailboxKey('"A@B"@Example.COM'), '"A@B"@example.com');
  assert.equal(toMailboxKey('Postmaster'), toMailboxKey('postmaster'));
});

const unicodeCases = [
  { address: 'info@xn--bcher-kva.example', unicode: 'info@bücher.example' },
  { address: 'Info@XN--BCHER-KVA.example', unicode: 'Info@bücher.example' },
  { address: 'a@mail.xn--fsqu00a.xn--0zwm56d', unicode: 'a@mail.例子.测试' },
  { address: 'a@plain.example', unicode: 'a@plain.example' },
  { address: 'a@bücher.example', unicode: 'a@bücher.example' },
  { address: 'xn--a@plain.example', unicode: 'xn--a@plain.example' },
  { address: 'a@xn--0.example', unicode: 'a@xn--0.example' },
  { address: 'postmaster', unicode: 'postmaster' },
  // l·a: U+00B7 is valid between two l only (RFC 5892 appendix A.3), so neither door would take it back.
  { address: 'a@xn--la-0ea.example', unicode: 'a@xn--la-0ea.example' },
];
for (const { address, unicode } of unicodeCases) {
  test(`toUnicodeAddress() of ${address} is ${unicode}`, () => assert.equal(toUnicodeAddress(address), unicode));
}
