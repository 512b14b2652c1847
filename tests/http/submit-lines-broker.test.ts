// A stream of messages over a broker that goes away in the middle and comes back: each line is promised or not for itself.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMessageIds } from '../../src/mail/message-id.ts';
import { createPipeline } from '../../src/pipeline/ingest.ts';
import { listenFake, openOutlet } from '../support/amqp-outlet.ts';
import { FakeBroker } from '../support/fake-broker.ts';
import { openHttpDoor } from '../support/open-http-door.ts';
import { connectRaw } from '../support/raw-http.ts';
import { SETTINGS } from '../support/submissions.ts';

function toChunk(names: readonly string[]): string {
  const lines = names.map((name) => `${JSON.stringify({ envelope: '', recipient: `${name}@x.example`, mime: 'x' })}\n`);
  const text = lines.join('');
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

test('Lines are 503 while the broker is gone, and 202 before and after', async (t) => {
  const first = await listenFake(t);
  const { outlet, log } = await openOutlet(t, [first.url], { timeoutMs: 1000 });
  const pipeline = createPipeline({ settings: SETTINGS, outlet, log, nextId: createMessageIds(0, 0) });
  const { port } = await openHttpDoor(t, { pipeline });
  const client = await connectRaw(port);
  const head = 'POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n';
  await client.write(`${head}Transfer-Encoding: chunked\r\n\r\n${toChunk(['a', 'b'])}`);
  await client.until(/"b@x\.example"/);

  const { port: brokerPort } = first;
  await first.close();
  await client.write(toChunk(['c', 'd', 'e']));
  await client.until(/(?:"status":503[^]*){3}/);

  const second = await FakeBroker.listen({}, brokerPort);
  t.after(() => second.close());
  await second.session(1);
  while (!outlet.health().ready) await new Promise((resolve) => setImmediate(resolve));
  await client.write(`${toChunk(['f'])}0\r\n\r\n`);
  const answer = await client.until(/\r\n0\r\n\r\n$/);
  assert.deepEqual([...answer.matchAll(/"status":(\d+)/g)].map(([, status]) => status), [
    '202',
    '202',
    '503',
    '503',
    '503',
    '202',
  ]);
});
