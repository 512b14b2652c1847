// GET /livez: 200 whatever else is wrong.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRecordingDoor, send } from '../support/http-door.ts';

test('/livez answers everybody while nothing else works', async () => {
  const { door } = createRecordingDoor({ health: () => ({ ready: false, reasons: ['x'] }), draining: () => true });
  const response = await send(door, '/livez', { from: '192.0.2.1', headers: { origin: 'https://evil.example' } });
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { status: 'live' });
  assert.equal(response.headers.get('cache-control'), 'no-store');
});
