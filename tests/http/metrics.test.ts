import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessRules } from '../../src/http/http-door.ts';
import { createRecordingDoor, problemOf, send } from '../support/http-door.ts';

const EVERYBODY: AccessRules = { isAllowed: () => true };
const TOKENS: AccessRules = {
  credentials: { nameOfToken: (token) => token === 'known' ? 'monitor' : undefined, allowsPlaintext: true },
};
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const cases: readonly {
  title: string;
  access: AccessRules;
  from?: string;
  headers?: { readonly [name: string]: string };
  status: number;
}[] = [
  { title: 'a program on this machine', access: {}, status: 200 },
  { title: 'a program on this machine where others need credentials', access: TOKENS, status: 200 },
  { title: 'somebody elsewhere', access: EVERYBODY, from: '192.0.2.1', status: 403 },
  { title: 'somebody elsewhere at the default range', access: {}, from: '192.0.2.1', status: 403 },
  { title: 'somebody elsewhere without credentials', access: TOKENS, from: '192.0.2.1', status: 401 },
  { title: 'a wrong token', access: TOKENS, from: '192.0.2.1', headers: bearer('guess'), status: 401 },
  { title: 'a program on this machine whatever http-range is', access: { isAllowed: () => false }, status: 200 },
  {
    title: 'a token outside http-range',
    access: { ...TOKENS, isAllowed: () => false },
    from: '192.0.2.1',
    headers: bearer('known'),
    status: 403,
  },
  { title: 'a token', access: TOKENS, from: '192.0.2.1', headers: bearer('known'), status: 200 },
  { title: 'a web page', access: {}, headers: { origin: 'https://page.example' }, status: 403 },
];

for (const { title, access, from = '127.0.0.1', headers = {}, status } of cases) {
  test(`GET /metrics answers ${title} with ${status}`, async () => {
    const { door } = createRecordingDoor({ access, metrics: () => Promise.resolve('numbers\n') });
    const response = await send(door, '/metrics', { from, headers });
    assert.equal(response.status, status);
    if (status !== 200) return void assert.ok((await problemOf(response)).code);
    assert.equal(await response.text(), 'numbers\n');
    assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    assert.equal(response.headers.get('cache-control'), 'no-store');
  });
}

test('GET /metrics is not there when it has a port of its own', async () => {
  assert.equal((await send(createRecordingDoor().door, '/metrics')).status, 404);
});

test('POST /metrics is refused, and says what is allowed', async () => {
  const { door } = createRecordingDoor({ metrics: () => Promise.resolve('') });
  const response = await send(door, '/metrics', { method: 'POST' });
  assert.deepEqual([response.status, response.headers.get('allow')], [405, 'GET, HEAD']);
});
