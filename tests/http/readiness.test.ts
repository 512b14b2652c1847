// GET /readyz: when it is 200, and who learns the reasons.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRecordingDoor, send } from '../support/http-door.ts';

const health: readonly {
  name: string;
  ready: boolean;
  draining: boolean;
  from: string;
  status: number;
  body: object;
}[] = [
  { name: 'ready', ready: true, draining: false, from: '::1', status: 200, body: { status: 'ready', reasons: [] } },
  { name: 'ready, from afar', ready: true, draining: false, from: '192.0.2.1', status: 200, body: { status: 'ready' } },
  {
    name: 'without a broker',
    ready: false,
    draining: false,
    from: '::1',
    status: 503,
    body: { status: 'not-ready', reasons: ['no broker'] },
  },
  {
    name: 'without a broker, from afar',
    ready: false,
    draining: false,
    from: '192.0.2.1',
    status: 503,
    body: { status: 'not-ready' },
  },
  {
    name: 'draining',
    ready: true,
    draining: true,
    from: '::1',
    status: 503,
    body: { status: 'not-ready', reasons: ['draining'] },
  },
];

for (const { name, ready, draining, from, status, body } of health) {
  test(`/readyz of a gateway that is ${name} answers ${status}`, async () => {
    const { door } = createRecordingDoor({
      health: () => ({ ready, reasons: ready ? [] : ['no broker'] }),
      draining: () => draining,
    });
    const response = await send(door, '/readyz', { from });
    assert.equal(response.status, status);
    assert.deepEqual(await response.json(), body);
    assert.equal(response.headers.get('cache-control'), 'no-store');
  });
}

test('/readyz keeps its reasons from a web page', async () => {
  const { door } = createRecordingDoor({ health: () => ({ ready: false, reasons: ['amqp://broker'] }) });
  const response = await send(door, '/readyz', { headers: { host: 'evil.example' } });
  assert.deepEqual(await response.json(), { status: 'not-ready' });
});
