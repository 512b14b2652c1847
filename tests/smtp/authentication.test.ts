// The AUTH exchange, line by line and without a socket: every branch of it, and what the backends are asked.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import type { Authenticator, LoginOrigin, LoginOutcome } from '../../src/auth/authenticator.ts';
import { Authentication } from '../../src/smtp/authentication.ts';
import { type Reply, toReplyText } from '../../src/smtp/reply.ts';

interface Asked {
  readonly username: string;
  readonly password: string;
}

/** An authenticator that knows one user, and what it was asked. */
class OneUser implements Authenticator {
  readonly asked: Asked[] = [];
  readonly origins: LoginOrigin[] = [];
  outcome: LoginOutcome | undefined;

  authenticate(credentials: Asked, origin: LoginOrigin): Promise<LoginOutcome> {
    this.asked.push(credentials);
    this.origins.push(origin);
    const { username, password } = credentials;
    return Promise.resolve(this.outcome ?? (username === 'mailer' && password === 'secret' ? 'accepted' : 'rejected'));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function create(authenticator: Authenticator | undefined = new OneUser()): Authentication {
  return new Authentication({
    authenticator,
    session: 's1',
    remoteIp: '192.0.2.1',
    signal: new AbortController().signal,
  });
}

const toBase64 = (text: string) => Buffer.from(text).toString('base64');
const PLAIN = toBase64('\0mailer\0secret');
const NAME = toBase64('mailer');
const SECRET = toBase64('secret');

/** Says AUTH with the argument and then the lines; the replies as text without their line ends. */
async function converse(authentication: Authentication, argument: string, ...lines: string[]): Promise<string[]> {
  const replies = [await authentication.start(argument, { isSecure: true })];
  for (const line of lines) {
    assert.ok(authentication.isPending, `not pending before ${line}`);
    replies.push(await authentication.continue(Buffer.from(line, 'latin1')));
  }
  return replies.map((reply: Reply) => toReplyText(reply).trimEnd());
}

const ACCEPTED = '235 2.7.0 Authentication succeeded';
const REJECTED = '535 5.7.8 Authentication credentials invalid';
const MALFORMED = '501 5.5.2 Response is malformed';
const NOT_BASE64 = '501 5.5.2 Response is not valid base64';
const SYNTAX = '501 5.5.4 Syntax: AUTH mechanism [initial-response]';
const UNKNOWN = '504 5.5.4 Mechanism not known; use PLAIN or LOGIN';
const EMPTY_CHALLENGE = '334';
const USERNAME = `334 ${toBase64('Username:')}`;
const PASSWORD = `334 ${toBase64('Password:')}`;

interface Exchange {
  readonly name: string;
  readonly says: readonly [string, ...string[]];
  readonly replies: readonly string[];
  /** Who the authenticator was asked about. */
  readonly asked?: Asked;
}

const mailer = { username: 'mailer', password: 'secret' };

const exchanges: readonly Exchange[] = [
  { name: 'PLAIN with an initial response', says: [`PLAIN ${PLAIN}`], replies: [ACCEPTED], asked: mailer },
  {
    name: 'PLAIN with a challenge',
    says: ['PLAIN', PLAIN],
    replies: [EMPTY_CHALLENGE, ACCEPTED],
    asked: mailer,
  },
  { name: 'a mechanism in lower case', says: [`plain ${PLAIN}`], replies: [ACCEPTED], asked: mailer },
  { name: 'several blanks', says: [`PLAIN \t ${PLAIN}`], replies: [ACCEPTED], asked: mailer },
  { name: 'LOGIN', says: ['LOGIN', NAME, SECRET], replies: [USERNAME, PASSWORD, ACCEPTED], asked: mailer },
  {
    name: 'LOGIN with the user name as initial response',
    says: [`LOGIN ${NAME}`, SECRET],
    replies: [PASSWORD, ACCEPTED],
    asked: mailer,
  },
  {
    name: 'a wrong password',
    says: [`PLAIN ${toBase64('\0mailer\0wrong')}`],
    replies: [REJECTED],
    asked: { username: 'mailer', password: 'wrong' },
  },
  {
    name: 'a wrong password by LOGIN',
    says: ['LOGIN', NAME, toBase64('wrong')],
    replies: [USERNAME, PASSWORD, REJECTED],
    asked: { username: 'mailer', password: 'wrong' },
  },
  {
    name: 'names and passwords beyond ASCII, with blanks',
    says: [`PLAIN ${toBase64('\0j\u00fcrgen\0 pass w\u00f6rd ')}`],
    replies: [REJECTED],
    asked: { username: 'j\u00fcrgen', password: ' pass w\u00f6rd ' },
  },
  {
    name: 'a byte order mark, which belongs to the name',
    says: [`PLAIN ${toBase64('\0\ufeffmailer\0secret')}`],
    replies: [REJECTED],
    asked: { username: '\ufeffmailer', password: 'secret' },
  },
  {
    name: 'an authorization identity that is the user',
    says: [`PLAIN ${toBase64('mailer\0mailer\0secret')}`],
    replies: [ACCEPTED],
    asked: mailer,
  },
  {
    name: 'an authorization identity that is somebody else, without asking anybody',
    says: [`PLAIN ${toBase64('admin\0mailer\0secret')}`],
    replies: [REJECTED],
  },
  {
    name: 'an empty name and password, which the authenticator judges',
    says: [`PLAIN ${toBase64('\0\0')}`],
    replies: [REJECTED],
    asked: { username: '', password: '' },
  },
  { name: '= for an empty initial response to PLAIN', says: ['PLAIN ='], replies: [MALFORMED] },
  {
    name: '= for an empty user name',
    says: ['LOGIN =', SECRET],
    replies: [PASSWORD, REJECTED],
    asked: { username: '', password: 'secret' },
  },
  {
    name: 'an empty line for an empty password',
    says: ['LOGIN', NAME, ''],
    replies: [USERNAME, PASSWORD, REJECTED],
    asked: { username: 'mailer', password: '' },
  },
  { name: '= as a later response, which is not base64', says: ['LOGIN', '='], replies: [USERNAME, NOT_BASE64] },
  { name: 'no NUL', says: [`PLAIN ${toBase64('mailer')}`], replies: [MALFORMED] },
  { name: 'one NUL', says: [`PLAIN ${toBase64('mailer\0secret')}`], replies: [MALFORMED] },
  { name: 'three NULs', says: [`PLAIN ${toBase64('\0mailer\0secret\0')}`], replies: [MALFORMED] },
  {
    name: 'bytes that are not UTF-8',
    says: [`PLAIN ${Buffer.from('\0a\0\xff', 'latin1').toString('base64')}`],
    replies: [MALFORMED],
  },
  {
    name: 'a user name that is not UTF-8',
    says: ['LOGIN', Buffer.from([0xc3, 0x28]).toString('base64')],
    replies: [USERNAME, MALFORMED],
  },
  { name: 'characters that are not base64', says: ['PLAIN', '!!!!'], replies: [EMPTY_CHALLENGE, NOT_BASE64] },
  {
    name: 'base64 without its padding',
    says: [`PLAIN ${toBase64('\0ab\0c').replace(/=+$/, '')}`],
    replies: [NOT_BASE64],
  },
  { name: 'padding in the middle', says: ['PLAIN AG1=aWxl'], replies: [NOT_BASE64] },
  { name: 'base64 of the URL alphabet', says: ['PLAIN AP-_'], replies: [NOT_BASE64] },
  { name: 'a blank before a response', says: ['LOGIN', ` ${NAME}`], replies: [USERNAME, NOT_BASE64] },
  {
    name: '* instead of a response',
    says: ['PLAIN', '*'],
    replies: [EMPTY_CHALLENGE, '501 5.7.0 Authentication cancelled'],
  },
  {
    name: '* instead of a password',
    says: ['LOGIN', NAME, '*'],
    replies: [USERNAME, PASSWORD, '501 5.7.0 Authentication cancelled'],
  },
  { name: '* as an initial response, which is not base64', says: ['PLAIN *'], replies: [NOT_BASE64] },
  { name: 'a command instead of a response', says: ['LOGIN', 'QUIT!'], replies: [USERNAME, NOT_BASE64] },
  { name: 'an unknown mechanism', says: ['CRAM-MD5'], replies: [UNKNOWN] },
  { name: 'a name of Object.prototype for a mechanism', says: ['constructor'], replies: [UNKNOWN] },
  { name: 'no mechanism', says: [''], replies: [SYNTAX] },
  { name: 'three words', says: [`PLAIN ${PLAIN} now`], replies: [SYNTAX] },
];

for (const { name, says: [argument, ...lines], replies, asked } of exchanges) {
  test(`Authentication takes ${name}`, async () => {
    const authenticator = new OneUser();
    const authentication = create(authenticator);
    assert.deepEqual(await converse(authentication, argument, ...lines), replies);
    assert.equal(authentication.isPending, false);
    assert.deepEqual(authenticator.asked, asked === undefined ? [] : [asked]);
    assert.equal(authentication.user, replies.at(-1) === ACCEPTED ? 'mailer' : undefined);
  });
}

test('Authentication says the empty challenge with its blank (RFC 4954 section 4)', async () => {
  assert.equal(toReplyText(await create().start('PLAIN', { isSecure: true })), '334 \r\n');
});

test('Authentication says 454 when the backends cannot tell, and the next try may succeed', async () => {
  const authenticator = new OneUser();
  const authentication = create(authenticator);
  authenticator.outcome = 'unavailable';
  const unavailable = '454 4.7.0 Authentication not available now, try again later';
  assert.deepEqual(await converse(authentication, `PLAIN ${PLAIN}`), [unavailable]);
  assert.equal(authentication.user, undefined);
  authenticator.outcome = undefined;
  assert.deepEqual(await converse(authentication, `PLAIN ${PLAIN}`), [ACCEPTED]);
});

test('Authentication takes another try after a failure, but none after a success', async () => {
  const authenticator = new OneUser();
  const authentication = create(authenticator);
  assert.deepEqual(await converse(authentication, `PLAIN ${toBase64('\0mailer\0no')}`), [REJECTED]);
  assert.deepEqual(await converse(authentication, 'LOGIN', '*'), [USERNAME, '501 5.7.0 Authentication cancelled']);
  assert.deepEqual(await converse(authentication, `PLAIN ${PLAIN}`), [ACCEPTED]);
  assert.deepEqual(await converse(authentication, `PLAIN ${PLAIN}`), ['503 5.5.1 Already authenticated']);
  assert.equal(authenticator.asked.length, 2);
});

test('Authentication asks for nothing outside TLS, and nothing of what came along is looked at', async () => {
  const authenticator = new OneUser();
  const authentication = create(authenticator);
  for (const argument of [`PLAIN ${PLAIN}`, 'LOGIN', 'NTLM', '']) {
    const reply = await authentication.start(argument, { isSecure: false });
    assert.deepEqual([reply.code, reply.enhancedStatus], [530, '5.7.0']);
  }
  assert.equal(authentication.isPending, false);
  assert.deepEqual(authenticator.asked, []);
});

test('Authentication is no command where nothing is configured', async () => {
  const authentication = new Authentication({
    authenticator: undefined,
    session: 's1',
    remoteIp: '192.0.2.1',
    signal: new AbortController().signal,
  });
  assert.equal(authentication.isConfigured, false);
  for (const isSecure of [true, false]) {
    const reply = await authentication.start(`PLAIN ${PLAIN}`, { isSecure });
    assert.deepEqual([reply.code, reply.enhancedStatus], [502, '5.5.1']);
  }
});

test('Authentication tells the backends where the login comes from, and when the client is gone', async () => {
  const authenticator = new OneUser();
  const { signal } = new AbortController();
  const authentication = new Authentication({ authenticator, session: 's1', remoteIp: '2001:db8::1', signal });
  await converse(authentication, `PLAIN ${PLAIN}`);
  assert.deepEqual(authenticator.origins, [{ session: 's1', remoteIp: '2001:db8::1', signal }]);
});

const DOWN = '454 4.7.0 Authentication not available now, try again later';
for (const [answer, told] of [['rejected', REJECTED], ['unavailable', DOWN]] as const) {
  test(`Authentication tells an address that failed too often what it was told last: ${told}`, async () => {
    const authenticate = () => Promise.resolve({ answer, retryAfterMs: 600_000 });
    const replies = await converse(create({ authenticate, close: () => Promise.resolve() }), `PLAIN ${PLAIN}`);
    assert.deepEqual(replies, [told]);
  });
}

test('Authentication forgets an exchange that is cancelled from outside', async () => {
  const authentication = create();
  await converse(authentication, 'LOGIN', NAME);
  assert.equal(authentication.isPending, true);
  authentication.cancel();
  assert.equal(authentication.isPending, false);
  const reply = await authentication.continue(Buffer.from(SECRET));
  assert.deepEqual([reply.code, authentication.user], [501, undefined]);
});

test('Authentication never repeats what it was given', async () => {
  const given = [
    `PLAIN ${PLAIN}`,
    `PLAIN ${toBase64('x\0mailer\0hunter2')}`,
    'PLAIN hunter2',
    'hunter2',
    'LOGIN hunter2 x',
  ];
  for (const argument of given) {
    assert.doesNotMatch((await converse(create(), argument)).join(), /hunter2|secret|mailer/);
  }
});
