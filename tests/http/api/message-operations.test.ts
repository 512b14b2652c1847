// What the operations that take messages answer, as the description has it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertDescribed, type ContractCase, testContract } from '../../support/api-contract.ts';
import { send } from '../../support/http-door.ts';
import { createKeyedDoor } from '../../support/keyed-door.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const RAW_TYPE = { 'content-type': 'message/rfc822' };
const OCTET_TYPE = { 'content-type': 'application/octet-stream' };
const MIME = 'From: a@b.example\r\nTo: c@d.example\r\nX-Uuid: 0a\r\n\r\nHello.\r\n';
const deferred = (reason: 'not-durable' | 'memory' | 'storage-full' | 'loop' | 'line-ending') => () =>
  Promise.resolve({ outcome: 'deferred', reason, status: '4.3.0', text: 'No' } as const);

const message = (extra: object = {}) => JSON.stringify({ envelope: '', recipient: 'a@b.example', mime: 'x', ...extra });
const json = { method: 'POST', path: '/v1/messages', headers: JSON_TYPE } as const;
const raw = { method: 'POST', path: '/v1/messages', headers: RAW_TYPE } as const;
const octets = { method: 'POST', path: '/v1/mail/send', headers: OCTET_TYPE } as const;
const inject = { method: 'POST', path: '/v1/inject', headers: JSON_TYPE } as const;
const credentials = { nameOfToken: () => undefined, allowsPlaintext: true };
const throttle = () => Promise.resolve({ answer: 'rejected', retryAfterMs: 1 } as const);

const cases: readonly ContractCase[] = [
  { ...json, body: message(), status: 202 },
  { ...json, body: message({ recipient: undefined, recipients: ['a@b.example', 'c@d.example'] }), status: 202 },
  { ...raw, body: MIME, status: 202 },
  { ...raw, headers: { 'content-type': 'application/x-ndjson' }, body: `${message()}\n{\n`, status: 207 },
  { ...inject, body: message(), status: 200 },
  { ...octets, body: MIME, status: 200 },
  { ...json, status: 400, code: 'empty-body' },
  { ...json, body: '{', status: 400, code: 'malformed-json' },
  { ...inject, body: '[]', status: 400, code: 'malformed-json' },
  { ...json, body: Buffer.from('{"mime":"\xff"}', 'latin1'), status: 400, code: 'malformed-utf8' },
  { ...json, body: '{"a":1,"a":2}', status: 400, code: 'duplicate-property' },
  { ...json, body: `{"a":${'['.repeat(99)}${']'.repeat(99)}}`, status: 400, code: 'too-complex' },
  { ...json, headers: { 'content-type': 'multipart/form-data' }, body: 'x', status: 400, code: 'malformed-form' },
  { ...json, headers: { ...JSON_TYPE, 'idempotency-key': '' }, body: message(), status: 400, code: 'malformed-header' },
  { ...raw, path: '/v1/messages?recipient=%ff', body: MIME, status: 400, code: 'malformed-parameter' },
  { ...raw, path: '/v1/messages?to=x', body: MIME, status: 400, code: 'unexpected-parameter' },
  {
    ...raw,
    path: '/v1/messages?envelope=',
    headers: { ...RAW_TYPE, 'x-envelope-from': 'a@b.example' },
    body: MIME,
    status: 400,
    code: 'ambiguous-envelope',
  },
  { ...octets, body: 'To: a@b.example\r\n\r\n', status: 400, code: 'malformed-header' },
  { ...octets, path: '/v1/mail/send?a=b', body: MIME, status: 400, code: 'unexpected-parameter' },
  { ...json, body: message(), status: 401, code: 'unauthorized', door: { access: { credentials } } },
  {
    ...inject,
    headers: { ...JSON_TYPE, authorization: `Basic ${btoa('ada:guess')}` },
    body: message(),
    status: 429,
    code: 'too-many-failed-logins',
    door: { access: { credentials: { ...credentials, authenticator: { authenticate: throttle } } } },
  },
  {
    ...octets,
    from: '192.0.2.1',
    status: 403,
    code: 'tls-required',
    door: { access: { credentials: { ...credentials, allowsPlaintext: false } } },
  },
  { ...inject, from: '192.0.2.1', status: 403, code: 'out-of-range' },
  { ...json, body: message({ mime: 'x'.repeat(200) }), status: 413, code: 'too-large', door: { maxBytes: 100 } },
  { ...octets, headers: RAW_TYPE, body: MIME, status: 415, code: 'unsupported-media-type' },
  {
    ...json,
    headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
    status: 415,
    code: 'unsupported-content-encoding',
  },
  { ...json, body: message({ recipient: 'you' }), status: 422, code: 'invalid-message' },
  { ...octets, body: 'X-Uuid: 0a\r\nTo: you\r\n\r\n', status: 422, code: 'invalid-message' },
  {
    ...json,
    body: message({ recipient: undefined, recipients: ['a@b.example', 'c@d.example'] }),
    status: 422,
    code: 'too-many-recipients',
    door: { maxRecipients: 1 },
  },
  { ...json, body: message(), status: 422, code: 'bare-line-ending', door: { ingest: deferred('line-ending') } },
  { ...json, body: message(), status: 422, code: 'mail-loop', door: { ingest: deferred('loop') } },
  { ...json, body: message(), status: 500, code: 'internal', door: { ingest: () => Promise.reject(new Error('x')) } },
  { ...inject, body: message(), status: 503, code: 'not-durable', door: { ingest: deferred('not-durable') } },
  { ...octets, body: MIME, status: 503, code: 'memory', door: { ingest: deferred('memory') } },
  { ...json, body: message(), status: 503, code: 'storage-full', door: { ingest: deferred('storage-full') } },
  { ...json, body: message(), status: 503, code: 'draining', door: { draining: () => true } },
];

testContract(cases);

test('The document knows what a repeat under a key is answered', async () => {
  const { door } = createKeyedDoor();
  const headers = { ...JSON_TYPE, 'idempotency-key': 'k' };
  for (const replayed of [null, 'true']) {
    const response = await send(door, '/v1/messages', { method: 'POST', headers, body: message() });
    assert.equal(response.headers.get('idempotency-replayed'), replayed);
    await assertDescribed({ ...json, response });
  }
  const other = await send(door, '/v1/messages', { method: 'POST', headers, body: message({ mime: 'y' }) });
  assert.match(await assertDescribed({ ...json, response: other }), /idempotency-key-reused/);
});
