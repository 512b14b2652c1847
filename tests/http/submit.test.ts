// What every form of a message comes to: the verb, the origin and the urgency, and who writes a refusal down.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hono } from 'hono';
import type { DoorEnv, HttpDoor } from '../../src/http/http-door.ts';
import type { MessageRequest } from '../../src/http/message-request.ts';
import { failure } from '../../src/http/problem.ts';
import { answerRefused, submit, type Submitted } from '../../src/http/submit.ts';
import { toRefusal } from '../../src/mail/disposition.ts';
import { createRecordingDoor, problemOf } from '../support/http-door.ts';

const place = { pointer: '/x' };
const REQUEST: MessageRequest = {
  sender: { text: '', place },
  recipients: [{ text: 'r@x.example', place }],
  content: [Buffer.from('x')],
};

/** Submits inside a request, as the operations do. */
async function submitIn(
  door: HttpDoor,
  message: Parameters<typeof submit>[0],
  verb?: 'ingest' | 'inject',
): Promise<{ readonly submitted: Submitted; readonly response: Response }> {
  let submitted: Submitted | undefined;
  const app = new Hono<DoorEnv>().get('/', async (c) => {
    c.set('requestId', 'id');
    c.set('authentication', 'shop');
    submitted = await submit(message, { door, c, ...(verb === undefined ? {} : { verb }) });
    return submitted.ok ? c.body(null) : answerRefused(submitted, { door, c });
  });
  const response = await app.request('/', {}, { peer: { address: '192.0.2.1', port: 9, secure: true } });
  assert.ok(submitted !== undefined);
  return { submitted, response };
}

for (const verb of ['ingest', 'inject'] as const) {
  test(`submit() hands a message to ${verb} with where it came from`, async () => {
    const { door, submissions } = createRecordingDoor();
    const only = { ...door.pipeline, [verb === 'ingest' ? 'inject' : 'ingest']: () => assert.fail('the other verb') };
    const { submitted } = await submitIn({ ...door, pipeline: only }, {
      ok: true,
      value: { ...REQUEST, isUrgent: true, properties: { a: 1 } },
    }, verb);
    assert.deepEqual(submitted, {
      ok: true,
      records: [{ id: 'ID1', recipient: 'r@x.example', queue: 'inbox' }],
      isReplay: false,
    });
    assert.deepEqual(submissions, [{
      origin: { door: 'http', authentication: 'shop', remoteIp: '192.0.2.1', remotePort: 9, secure: true },
      trusted: true,
      hostname: 'gateway.example',
      sessionId: 'id',
      lease: undefined,
      envelope: { mailFrom: '', rcptTo: [{ address: 'r@x.example' }] },
      content: REQUEST.content,
      isUrgent: true,
      properties: { a: 1 },
    }]);
  });
}

test('A message that the door refuses is written down by the door', async () => {
  const { door, events } = createRecordingDoor();
  const { submitted, response } = await submitIn(door, failure({ code: 'empty-body', detail: 'Nothing.' }));
  assert.ok(!submitted.ok && !submitted.isLogged);
  assert.equal((await problemOf(response)).code, 'empty-body');
  assert.deepEqual(events.map(({ event }) => event), ['http.request.rejected']);
});

test('A message that the pipeline refuses is written down once', async () => {
  const refusal = toRefusal('memory', '4.3.1', { text: 'Later' });
  const { door, events } = createRecordingDoor({ ingest: () => Promise.resolve(refusal) });
  const { submitted, response } = await submitIn(door, { ok: true, value: REQUEST });
  assert.ok(!submitted.ok && submitted.isLogged);
  assert.equal((await problemOf(response)).code, 'memory');
  assert.deepEqual(events, []);
});
