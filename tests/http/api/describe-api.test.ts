// GET /openapi.json and GET /docs at the door: who gets them, and with what headers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRecordingDoor, problemOf, send } from '../../support/http-door.ts';

const credentials = { nameOfToken: () => undefined, allowsPlaintext: false };

for (const [path, type] of [['/openapi.json', 'application/json'], ['/docs', 'text/html; charset=utf-8']] as const) {
  test(`GET ${path} answers whoever the door is open to`, async () => {
    const { door } = createRecordingDoor();
    const response = await send(door, path);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type')?.toLowerCase(), type);
    assert.equal(response.headers.get('cache-control'), 'no-cache');
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    assert.ok((await response.text()).length > 1000);
    assert.equal(await (await send(door, path, { method: 'HEAD' })).text(), '');
    const post = await send(door, path, { method: 'POST' });
    assert.deepEqual([post.status, post.headers.get('allow')], [405, 'GET, HEAD']);
  });

  test(`GET ${path} turns away strangers and web pages`, async () => {
    const { door } = createRecordingDoor();
    assert.equal((await problemOf(await send(door, path, { from: '192.0.2.1' }))).code, 'out-of-range');
    const page = await send(door, path, { headers: { 'sec-fetch-site': 'cross-site' } });
    assert.equal((await problemOf(page)).code, 'cross-site');
  });

  test(`GET ${path} asks for no credentials where messages need them`, async () => {
    const { door } = createRecordingDoor({ access: { credentials } });
    assert.equal((await send(door, path, { from: '192.0.2.1' })).status, 200);
  });
}

test('GET /docs lets a browser show it and nothing else', async () => {
  const { headers } = await send(createRecordingDoor().door, '/docs');
  assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none'; style-src 'sha256-/);
  assert.equal(headers.get('referrer-policy'), 'no-referrer');
});

test('GET /openapi.json tells of the door that it is asked at', async () => {
  const read = async (door: ReturnType<typeof createRecordingDoor>['door']) =>
    await (await send(door, '/openapi.json')).json() as { paths: object; security?: unknown };
  const bare = await read(createRecordingDoor().door);
  assert.deepEqual(bare.security, []);
  assert.ok(!('/metrics' in bare.paths));
  const metrics = () => Promise.resolve('');
  const full = await read(createRecordingDoor({ metrics, access: { credentials } }).door);
  assert.deepEqual(full.security, [{ token: [] }]);
  assert.ok('/metrics' in full.paths);
});
