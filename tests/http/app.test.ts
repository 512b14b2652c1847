// The door as a whole, without sockets: routes, methods, access and faults.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCEPT_POST } from '../../src/http/submit-message.ts';
import { createRecordingDoor, problemOf, send } from '../support/http-door.ts';

const routes: readonly {
  method: string;
  path: string;
  status: number;
  headers?: { readonly [name: string]: string };
  body?: string;
}[] = [
  { method: 'GET', path: '/livez', status: 200, body: '{"status":"live"}' },
  { method: 'HEAD', path: '/livez', status: 200, body: '' },
  { method: 'POST', path: '/livez', status: 405, headers: { allow: 'GET, HEAD' } },
  { method: 'GET', path: '/readyz', status: 200, body: '{"status":"ready","reasons":[]}' },
  { method: 'DELETE', path: '/readyz', status: 405, headers: { allow: 'GET, HEAD' } },
  { method: 'GET', path: '/v1/messages', status: 405, headers: { allow: 'POST, OPTIONS' } },
  { method: 'HEAD', path: '/v1/messages', status: 405, headers: { allow: 'POST, OPTIONS' }, body: '' },
  { method: 'PUT', path: '/v1/messages', status: 405, headers: { allow: 'POST, OPTIONS' } },
  {
    method: 'OPTIONS',
    path: '/v1/messages',
    status: 204,
    headers: { allow: 'POST, OPTIONS', 'accept-post': ACCEPT_POST },
    body: '',
  },
  { method: 'POST', path: '/v1/messages/', status: 404 },
  { method: 'GET', path: '/v1/inject', status: 405, headers: { allow: 'POST, OPTIONS' } },
  { method: 'OPTIONS', path: '/v1/inject', status: 204, headers: { 'accept-post': 'application/json' } },
  { method: 'POST', path: '/v1/inject/', status: 404 },
  { method: 'GET', path: '/v1/mail/send', status: 405, headers: { allow: 'POST, OPTIONS' } },
  { method: 'OPTIONS', path: '/v1/mail/send', status: 204, headers: { 'accept-post': 'application/octet-stream' } },
  { method: 'POST', path: '/v1/mail/send/', status: 404 },
  { method: 'GET', path: '/', status: 404 },
  { method: 'GET', path: '/problems/too-large', status: 200 },
  { method: 'GET', path: '/problems/constructor', status: 404 },
];

for (const { method, path, status, headers = {}, body } of routes) {
  test(`The door answers ${method} ${path} with ${status} and a request id`, async () => {
    const response = await send(createRecordingDoor().door, path, { method });
    assert.equal(response.status, status);
    assert.match(response.headers.get('x-request-id') ?? '', /^[\da-f-]{36}$/);
    for (const [name, value] of Object.entries(headers)) assert.equal(response.headers.get(name), value);
    const text = await response.text();
    if (body !== undefined) assert.equal(text, body);
    if (status >= 400 && method !== 'HEAD') {
      assert.equal(response.headers.get('content-type'), 'application/problem+json');
      assert.equal(JSON.parse(text).status, status);
    }
  });
}

test('The door turns outsiders and web pages away from everything but health', async () => {
  const { door, submissions } = createRecordingDoor();
  for (const path of ['/v1/messages', '/problems/too-large', '/nothing']) {
    const outsider = await send(door, path, { method: 'POST', from: '192.0.2.1', body: '{}' });
    assert.equal((await problemOf(outsider)).code, 'out-of-range');
    const page = await send(door, path, { method: 'POST', headers: { origin: 'https://evil.example' }, body: '{}' });
    assert.equal(page.status, 403);
    assert.equal((await problemOf(page)).code, 'cross-site');
  }
  assert.deepEqual(submissions, []);
});

test('The door grants no web page a preflight', async () => {
  const response = await send(createRecordingDoor().door, '/v1/messages', {
    method: 'OPTIONS',
    headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
  });
  assert.equal(response.status, 403);
  assert.equal(response.headers.get('access-control-allow-origin'), null);
});

test('A fault is answered with a fixed text, and its cause goes to the log', async () => {
  const { door, events } = createRecordingDoor({ ingest: () => Promise.reject(new Error('secret cause')) });
  const response = await send(door, '/v1/messages', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"envelope":"","recipient":"a@b.example","mime":"x"}',
  });
  assert.equal(response.status, 500);
  const text = await response.text();
  assert.equal(JSON.parse(text).code, 'internal');
  assert.doesNotMatch(text, /secret/);
  assert.equal(events[0]?.event, 'gateway.fault');
  assert.equal(events[0]?.fields['error'], 'secret cause');
  assert.equal(events[0]?.fields['session'], response.headers.get('x-request-id'));
});
