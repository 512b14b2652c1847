// What a request's header section decides before its body is read.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRecordingDoor, problemOf, send } from '../support/http-door.ts';

for (
  const { path, types } of [
    { path: '/v1/messages', types: 'application/json, message/rfc822, multipart/form-data, application/x-ndjson' },
    { path: '/v1/inject', types: 'application/json' },
  ]
) {
  test(`${path} names its forms to a client that uses another`, async () => {
    const headers = { 'content-type': 'text/plain' };
    const response = await send(createRecordingDoor().door, path, { method: 'POST', headers, body: 'x' });
    assert.equal(response.status, 415);
    assert.equal(response.headers.get('accept-post'), types);
    assert.equal((await problemOf(response)).code, 'unsupported-media-type');
  });
}
