// Other people's JSON, good, bad and doubtful, posted to every door that takes JSON: refused or taken, never a fault.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { createRecordingDoor, send } from '../support/http-door.ts';

const folder = join(process.env['MAILCHUTE_CORPORA'] ?? '', 'http-api-json', 'data', 'test_parsing');
const WRAPPERS: readonly { name: string; wrap: (value: Buffer) => Buffer }[] = [
  { name: 'alone', wrap: (value) => value },
  { name: 'as a property', wrap: (value) => around('{"recipient":"a@b.example","envelope":"","mime":"x","x":', value) },
  { name: 'as the content', wrap: (value) => around('{"recipient":"a@b.example","envelope":"","mime":', value) },
  { name: 'as parts', wrap: (value) => around('{"recipient":"a@b.example","message":', value) },
];

function around(before: string, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from(before), value, Buffer.from('}')]);
}

for (const path of ['/v1/messages', '/v1/inject']) {
  for (const { name, wrap } of WRAPPERS) {
    test(`${path} takes or refuses every JSON text of the corpus, ${name}`, async () => {
      const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
      assert.ok(files.length > 300, `${files.length} files`);
      for (const file of files) {
        const { door, events } = createRecordingDoor();
        const body = wrap(readFileSync(join(folder, file)));
        const response = await send(door, path, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        });
        assert.ok([200, 202, 400, 422].includes(response.status), `${file}: ${response.status}`);
        assert.ok(events.every(({ event }) => event !== 'gateway.fault'), file);
        if (file.startsWith('n_') && name !== 'as the content') assert.ok(response.status >= 400, `${file} was taken`);
      }
    });
  }
}

test('A stream of lines takes or refuses every JSON text of the corpus, each for itself', async () => {
  const { door, events } = createRecordingDoor();
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  // A line end inside would make two lines of one.
  const lines = files.map((file) => readFileSync(join(folder, file)).map((byte) => byte === 0x0a ? 0x20 : byte));
  const response = await send(door, '/v1/messages', {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])),
  });
  const results = (await response.text()).trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.equal(results.length, files.length);
  for (const [index, { status }] of results.entries()) {
    assert.ok([400, 422].includes(status), `${files[index]}: ${status}`);
  }
  assert.ok(events.every(({ event }) => event !== 'gateway.fault'));
});
