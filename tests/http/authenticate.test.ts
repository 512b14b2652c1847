// Credentials of a request: tokens, users, the way they came, and every refusal.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAuthenticator } from '../../src/auth/authenticator.ts';
import { authenticate, type AuthenticationRequest } from '../../src/http/authenticate.ts';
import type { Credentials } from '../../src/http/http-door.ts';
import type { Peer } from '../../src/http/peer.ts';
import { problemOf, send } from '../support/http-door.ts';
import { createRecordingDoor } from '../support/http-door.ts';
import { openHttpDoor } from '../support/open-http-door.ts';
import { connectRaw } from '../support/raw-http.ts';
import { createRecordingLog } from '../support/recording-log.ts';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const BOTH: Credentials = {
  nameOfToken: (token) => token === 'good' ? 'shop' : undefined,
  authenticator: {
    authenticate: ({ username, password }) =>
      Promise.resolve(username === 'down' ? 'unavailable' : password === 'right' ? 'accepted' : 'rejected'),
  },
  allowsPlaintext: false,
};

const LOOPBACK: Peer = { address: '127.0.0.1', port: 40000, secure: false, source: 'socket' };

type Asked = Partial<Omit<AuthenticationRequest, 'peer'>> & { readonly peer?: Partial<Peer> };

function ask({ peer = {}, ...request }: Asked, credentials: Credentials = BOTH) {
  const { signal } = new AbortController();
  return authenticate(
    { peer: { ...LOOPBACK, ...peer }, session: 's1', authorization: undefined, signal, ...request },
    credentials,
  );
}

const cases: readonly {
  name: string;
  request: Asked;
  credentials?: Partial<Credentials>;
  expected: string;
}[] = [
  { name: 'a token', request: { authorization: 'Bearer good' }, expected: 'shop' },
  { name: 'a user', request: { authorization: basic('ada:right') }, expected: 'ada' },
  { name: 'nothing', request: {}, expected: 'unauthorized' },
  { name: 'a wrong token', request: { authorization: 'Bearer bad' }, expected: 'unauthorized' },
  { name: 'a wrong password', request: { authorization: basic('ada:wrong') }, expected: 'unauthorized' },
  { name: 'an unknown scheme', request: { authorization: 'Digest x' }, expected: 'unauthorized' },
  { name: 'a login nobody can check', request: { authorization: basic('down:right') }, expected: 'login-unavailable' },
  {
    name: 'a token in the clear',
    request: { authorization: 'Bearer good', peer: { address: '192.0.2.1' } },
    expected: 'tls-required',
  },
  { name: 'nothing in the clear', request: { peer: { address: '192.0.2.1' } }, expected: 'tls-required' },
  {
    name: 'a token over TLS',
    request: { authorization: 'Bearer good', peer: { address: '192.0.2.1', secure: true } },
    expected: 'shop',
  },
  {
    name: 'a token in the clear from a listed proxy',
    request: { authorization: 'Bearer good', peer: { address: '192.0.2.1', source: 'header', proxy: '192.0.2.9' } },
    expected: 'shop',
  },
  {
    name: 'a token in the clear of a client that calls itself this host',
    request: { authorization: 'Bearer good', peer: { source: 'header' } },
    expected: 'tls-required',
  },
  {
    name: 'a token in the clear where that is allowed',
    request: { authorization: 'Bearer good', peer: { address: '192.0.2.1' } },
    credentials: { allowsPlaintext: true },
    expected: 'shop',
  },
];

for (const { name, request, credentials = {}, expected } of cases) {
  test(`authenticate() answers ${name} with ${expected}`, async () => {
    const result = await ask(request, { ...BOTH, ...credentials });
    assert.equal(result.ok ? result.value : result.problem.code, expected);
  });
}

test('authenticate() says how long an address that failed too often has to wait, even with the right password', async () => {
  const backend = { check: ({ password }: { password: string }) => Promise.resolve(password === 'right') };
  const authenticator = await openAuthenticator(
    [{ label: 'one', open: () => Promise.resolve({ ...backend, close: () => Promise.resolve() }) }],
    { log: createRecordingLog(), wait: () => Promise.resolve() },
  );
  const codes: string[] = [];
  for (let count = 0; count < 21; count++) {
    const result = await ask({ authorization: basic('ada:wrong') }, { ...BOTH, authenticator });
    codes.push(result.ok ? '' : result.problem.code);
  }
  assert.deepEqual(codes, [...Array(20).fill('unauthorized'), 'too-many-failed-logins']);
  const right = await ask({ authorization: basic('ada:right') }, { ...BOTH, authenticator });
  assert.ok(!right.ok);
  assert.equal(right.problem.code, 'too-many-failed-logins');
  assert.match(right.problem.headers?.['retry-after'] ?? '', /^(?:5[89]\d|600)$/);
  const elsewhere = { authorization: basic('ada:right'), peer: { address: '192.0.2.1', secure: true } };
  assert.equal((await ask(elsewhere, { ...BOTH, authenticator })).ok, true);
  assert.equal((await ask({ authorization: 'Bearer good' }, { ...BOTH, authenticator })).ok, true);
  await authenticator.close();
});

test('authenticate() asks for the schemes that would be taken', async () => {
  const { nameOfToken, authenticator } = BOTH;
  const asked = async (credentials: Credentials) => {
    const result = await ask({}, credentials);
    return result.ok ? '' : result.problem.headers?.['www-authenticate'];
  };
  assert.equal(await asked(BOTH), 'Bearer realm="mailchute", Basic realm="mailchute", charset="UTF-8"');
  assert.equal(
    await asked({ nameOfToken: nameOfToken ?? (() => undefined), allowsPlaintext: false }),
    'Bearer realm="mailchute"',
  );
  assert.ok(authenticator);
  assert.equal(await asked({ authenticator, allowsPlaintext: false }), 'Basic realm="mailchute", charset="UTF-8"');
});

const JSON_TYPE = { 'content-type': 'application/json' };
const BODY = '{"envelope":"","recipient":"a@b.example","mime":"x"}';

test('A door with credentials takes messages of those who have some, and their names go into the record', async () => {
  const { door, submissions, events } = createRecordingDoor({ access: { credentials: BOTH } });
  const post = (authorization: string | undefined, more: { readonly [name: string]: string } = {}) =>
    send(door, '/v1/messages', {
      method: 'POST',
      headers: { ...JSON_TYPE, ...more, ...(authorization === undefined ? {} : { authorization }) },
      body: BODY,
    });
  assert.equal((await post('Bearer good')).status, 202);
  assert.equal((await post(basic('ada:right'))).status, 202);
  // A name that a reverse proxy passes on, and a page of a site that may post: the credentials decide now.
  assert.equal((await post('Bearer good', { host: 'mail.example', origin: 'https://app.example' })).status, 202);
  const names = submissions.map(({ origin }) => origin.door === 'http' ? origin.authentication : undefined);
  assert.deepEqual(names, ['shop', 'ada', 'shop']);
  const refused = await post(undefined);
  assert.equal(refused.status, 401);
  assert.match(refused.headers.get('www-authenticate') ?? '', /^Bearer .*Basic /);
  assert.equal((await problemOf(refused)).code, 'unauthorized');
  assert.equal(events.at(-1)?.fields['code'], 'unauthorized');
  assert.equal(submissions.length, 3);
});

test('A body over the limit is refused before anybody looks at credentials', async () => {
  const { door } = createRecordingDoor({ access: { credentials: BOTH }, maxBytes: 10 });
  const response = await send(door, '/v1/messages', {
    method: 'POST',
    headers: { ...JSON_TYPE, 'content-length': '11' },
    body: 'x'.repeat(11),
  });
  assert.equal(response.status, 413);
});

test('A door with credentials is open to all addresses without a range, and says more of its health to some', async () => {
  const { door } = createRecordingDoor({ access: { credentials: BOTH } });
  const from = '192.0.2.1';
  assert.equal((await problemOf(await send(door, '/v1/messages', { method: 'POST', from }))).code, 'tls-required');
  assert.deepEqual(await (await send(door, '/readyz', { from })).json(), { status: 'ready' });
  assert.deepEqual(await (await send(door, '/readyz')).json(), { status: 'ready', reasons: [] });
  const open = createRecordingDoor({ access: { credentials: { ...BOTH, allowsPlaintext: true } } });
  const headers = { authorization: 'Bearer good' };
  assert.deepEqual(await (await send(open.door, '/readyz', { from, headers })).json(), {
    status: 'ready',
    reasons: [],
  });
});

test('A client without credentials is told so before its body has come, over a real connection', async (t) => {
  const { url, port, submissions } = await openHttpDoor(t, { access: { credentials: BOTH } });
  const connection = await connectRaw(port);
  await connection.write(
    'POST /v1/messages HTTP/1.1\r\nHost: mail.example\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
  );
  assert.match(await connection.until(/www-authenticate: .*\r\n/i), /^HTTP\/1\.1 401 /);
  connection.socket.destroy();
  const headers = { ...JSON_TYPE, authorization: basic('ada:right') };
  const response = await fetch(url, { method: 'POST', headers, body: BODY });
  assert.equal(response.status, 202);
  await response.text();
  assert.equal(submissions.length, 1);
});
