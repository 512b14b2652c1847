// The schemas in the description of the API take and refuse what the door does, as far as a shape can tell.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refTo, type SchemaName } from '../../../src/http/api/schema-components.ts';
import { findContractFaults } from '../../support/api-contract.ts';
import { createRecordingDoor, send } from '../../support/http-door.ts';

const BASE = { envelope: '', recipient: 'a@b.example', mime: 'x' };
const MAIL = { from: 'a@b.example', to: 'c@d.example' };

const bodies: readonly [name: string, body: object, taken: boolean][] = [
  ['a ready message', BASE, true],
  ['a null sender', { ...BASE, envelope: null }, true],
  ['properties of any name', { ...BASE, custom: [1, { a: null }] }, true],
  ["MailerQ's properties", { ...BASE, priority: 5, tags: ['a'], queues: { results: null }, inlinecss: 1 }, true],
  ['parts', { message: MAIL }, true],
  ['parts and more', { message: { ...MAIL, from: { address: 'a@b.example' }, headers: { 'X-A': ['1'] } } }, true],
  ['an attachment', {
    message: { ...MAIL, attachments: [{ filename: 'a', contentType: 'text/plain', content: '' }] },
  }, true],
  ['neither mime nor message', { recipient: 'a@b.example' }, false],
  ['both mime and message', { ...BASE, message: MAIL }, false],
  ['recipient and recipients', { ...BASE, recipients: ['a@b.example'] }, false],
  ['an empty mime', { ...BASE, mime: '' }, false],
  ['a number for text', { ...BASE, envelope: 1 }, false],
  ['an unknown encoding', { ...BASE, 'mime-encoding': 'gzip' }, false],
  ['a priority beyond a byte', { ...BASE, priority: 256 }, false],
  ['a broken priority', { ...BASE, priority: 1.5 }, false],
  ['what the gateway states', { ...BASE, received: 'now' }, false],
  ['a key in the body', { ...BASE, 'idempotency-key': 'k' }, false],
  ['a misspelt part', { message: { ...MAIL, subjekt: 'x' } }, false],
  ['parts from nobody', { message: { to: 'a@b.example' } }, false],
];
for (const [name, body, taken] of bodies) {
  test(`The schema and the door agree on ${name}`, async () => {
    assert.equal(findContractFaults(refTo('Message'), body).length === 0, taken);
    const response = await send(createRecordingDoor().door, '/v1/messages', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    assert.equal(response.status, taken ? 202 : 422);
  });
}

const others: readonly [schema: SchemaName, value: object, taken: boolean][] = [
  ['MessageLine', { ...BASE, 'idempotency-key': 'k' }, true],
  ['MessageLine', { ...BASE, 'idempotency-key': '' }, false],
  ['InjectMessage', { recipient: 'a@b.example', mime: 'x', received: 'then' }, true],
  ['InjectMessage', { mime: 'x' }, false],
  ['PartsForm', { from: 'a@b.example', to: ['c@d.example'], attachment: ['bytes'] }, true],
  ['PartsForm', { from: 'a@b.example', tto: ['c@d.example'] }, false],
  ['MessageForm', { message: 'bytes', recipient: ['a@b.example'] }, true],
  ['MessageForm', { message: 'bytes', to: ['a@b.example'] }, false],
  ['Ready', { status: 'ready' }, true],
  ['NotReady', { status: 'ready' }, false],
];
for (const [schema, value, taken] of others) {
  test(`${schema} ${taken ? 'takes' : 'refuses'} ${JSON.stringify(value)}`, () => {
    assert.equal(findContractFaults(refTo(schema), value).length === 0, taken);
  });
}
