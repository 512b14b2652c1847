// Which routes are described: those that the door has.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApp } from '../../../src/http/app.ts';
import { apiDocument } from '../../support/api-contract.ts';
import { createRecordingDoor } from '../../support/http-door.ts';

const metrics = () => Promise.resolve('');

test('The document has every route of the door, and no other', () => {
  const { routes } = createApp(createRecordingDoor({ metrics }).door);
  const served = routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`);
  const described = Object.entries(apiDocument.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`)
  );
  assert.deepEqual(described.toSorted(), [...new Set(served)].toSorted());
});

test('Every operation has its own id, a summary and an example', () => {
  const operations = Object.values(apiDocument.paths).flatMap((methods) => Object.entries(methods));
  assert.equal(new Set(operations.map(([, { operationId }]) => operationId)).size, operations.length);
  for (const [method, { summary, 'x-codeSamples': samples = [] }] of operations) {
    assert.ok(summary.length > 0);
    assert.ok(method === 'options' || samples.length > 0, summary);
  }
});
