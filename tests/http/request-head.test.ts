// The header section of a request with a message: media types, and what is refused for any form.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toMediaType } from '../../src/http/request-head.ts';
import { createRecordingDoor, problemOf, send } from '../support/http-door.ts';

const types: readonly [string | undefined, string][] = [
  [undefined, ''],
  ['', ''],
  ['application/json', 'application/json'],
  ['Application/JSON ; Charset="UTF-8"', 'application/json'],
  ['application/json; charset=us-ascii', 'application/json'],
  ['application/json; charset=latin1', ''],
  ['multipart/form-data; boundary=X', 'multipart/form-data'],
];

for (const [value, type] of types) {
  test(`toMediaType() of ${value ?? 'nothing'}`, () => assert.equal(toMediaType(value), type));
}

const FORMS: readonly [path: string, type: string][] = [
  ['/v1/messages', 'application/json'],
  ['/v1/messages', 'message/rfc822'],
  ['/v1/messages', 'multipart/form-data; boundary=b'],
  ['/v1/messages', 'application/x-ndjson'],
  ['/v1/inject', 'application/json'],
  ['/v1/mail/send', 'application/octet-stream'],
];

for (const [path, type] of FORMS) {
  test(`${path} refuses compressed ${type} with 415 before its body, and anything with 503 while shutting down`, async () => {
    const headers = { 'content-type': type };
    const compressed = { ...headers, 'content-encoding': 'gzip' };
    const { door, submissions } = createRecordingDoor();
    const encoded = await send(door, path, { method: 'POST', headers: compressed, body: 'x' });
    assert.equal((await problemOf(encoded)).code, 'unsupported-content-encoding');
    assert.equal(encoded.headers.get('accept-encoding'), 'identity');
    const { door: draining } = createRecordingDoor({ draining: () => true });
    const late = await send(draining, path, { method: 'POST', headers, body: 'x' });
    assert.equal((await problemOf(late)).code, 'draining');
    assert.deepEqual(submissions, []);
  });
}
