// Refusals in the log.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRecordingDoor, send } from '../support/http-door.ts';

test('A refusal is logged with its code and the request id, without the body', async () => {
  const { door, events } = createRecordingDoor();
  const path = `/${'x'.repeat(1000)}`;
  const response = await send(door, path, { method: 'POST', body: 'secret' });
  assert.deepEqual(events, [{
    event: 'http.request.rejected',
    fields: {
      session: response.headers.get('x-request-id'),
      remote: '127.0.0.1',
      method: 'POST',
      path: path.slice(0, 100),
      status: 404,
      code: 'not-found',
    },
  }]);
});
