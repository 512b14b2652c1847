// POST /v1/inject: one record, as it was given, and what is refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toRefusal } from '../../src/mail/disposition.ts';
import { createPipeline } from '../../src/pipeline/ingest.ts';
import { contentOf, createRecordingDoor, problemOf, send } from '../support/http-door.ts';
import { createRecordingOutlet } from '../support/recording-outlet.ts';
import type { HttpDoor } from '../../src/http/http-door.ts';

const MESSAGE = { envelope: 's@x.example', recipient: 'r@x.example', mime: 'To: x\r\nx-mq-tag: t\r\n\r\nbare\nlf' };

function inject(door: HttpDoor, message: object | string): Promise<Response> {
  const body = typeof message === 'string' ? message : JSON.stringify(message);
  return send(door, '/v1/inject', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

test('An injected object is one record of the inbox: its content untouched, its origin ours', async () => {
  const { door: recording } = createRecordingDoor();
  const outlet = createRecordingOutlet();
  const pipeline = createPipeline({
    settings: {
      addressPolicy: 'strict',
      lineEndings: 'reject',
      eightBit: 'base64',
      addReceived: true,
      inbox: 'inbox',
      local: 'local',
    },
    outlet,
    log: recording.log,
    nextId: () => 'ID',
  });
  const claims = { 'message-id': 'mine', received: 'x', hostname: 'x', connection: {}, http: 1, checks: [], size: 'x' };
  const response = await inject({ ...recording, pipeline }, { ...MESSAGE, ...claims, tags: ['a'], custom: { b: 1 } });
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { 'message-id': 'ID' });
  const [record] = outlet.parsed();
  assert.equal(outlet.records[0]?.queue, 'inbox');
  assert.equal(record?.['mime'], MESSAGE.mime);
  assert.equal(record?.['message-id'], 'ID');
  assert.deepEqual([record?.['tags'], record?.['custom']], [['a'], { b: 1 }]);
  assert.deepEqual(record?.['http'], { authentication: '', 'remote-ip': '127.0.0.1', 'remote-port': 40000 });
  assert.deepEqual([record?.['connection'], record?.['checks']], [undefined, undefined]);
});

test('An injected object without an envelope has the null sender, and its header section names nobody', async () => {
  const { door, submissions } = createRecordingDoor();
  const response = await inject(door, {
    recipient: 'r@x.example',
    mime: 'From: a@x.example\r\nBcc: b@x.example\r\n\r\n',
  });
  assert.equal(response.status, 200);
  assert.deepEqual(submissions[0]?.envelope, { mailFrom: '', rcptTo: [{ address: 'r@x.example' }] });
  assert.match(contentOf(submissions[0]), /Bcc/);
});

const refused: readonly { name: string; message: object | string; code: string; pointers?: readonly string[] }[] = [
  { name: 'no recipient', message: { mime: 'x' }, code: 'invalid-message', pointers: ['/recipient'] },
  { name: 'no mime', message: { recipient: 'r@x.example' }, code: 'invalid-message', pointers: ['/mime'] },
  { name: 'a nested mime', message: { ...MESSAGE, mime: {} }, code: 'invalid-message', pointers: ['/mime'] },
  { name: 'recipients', message: { ...MESSAGE, recipients: [] }, code: 'invalid-message', pointers: ['/recipients'] },
  { name: 'parts', message: { ...MESSAGE, message: {} }, code: 'invalid-message', pointers: ['/message'] },
  { name: 'a store key', message: { ...MESSAGE, key: 'k' }, code: 'invalid-message', pointers: ['/key'] },
  { name: 'a bad address', message: { ...MESSAGE, recipient: 'r' }, code: 'invalid-message', pointers: ['/recipient'] },
  { name: 'a bad priority', message: { ...MESSAGE, priority: -1 }, code: 'invalid-message', pointers: ['/priority'] },
  { name: 'an array', message: [MESSAGE], code: 'malformed-json' },
  { name: 'half an object', message: '{', code: 'malformed-json' },
];

for (const { name, message, code, pointers } of refused) {
  test(`An object with ${name} is refused as ${code}`, async () => {
    const { door, submissions } = createRecordingDoor();
    const problem = await problemOf(await inject(door, message));
    assert.equal(problem.code, code);
    if (pointers !== undefined) {
      assert.deepEqual(problem.errors?.map((error) => 'pointer' in error && error.pointer), pointers);
    }
    assert.deepEqual(submissions, []);
  });
}

test('A record that is not durable is no 200', async () => {
  const refusal = toRefusal('not-durable', '4.3.0', { text: 'Message not stored' });
  const response = await inject(createRecordingDoor({ ingest: () => Promise.resolve(refusal) }).door, MESSAGE);
  assert.equal(response.status, 503);
});
