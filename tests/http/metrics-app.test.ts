import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetricsApp } from '../../src/http/metrics-app.ts';
import { createRecordingLog } from '../support/recording-log.ts';

const FROM_AFAR = { peer: { address: '192.0.2.1', port: 1, secure: false, source: 'socket' } };

function prepare({ ready = true, metrics = () => Promise.resolve('numbers\n') } = {}) {
  const log = createRecordingLog();
  const health = () => ({ ready, reasons: ready ? [] : ['the disk is full'] });
  const app = createMetricsApp({ log, health, metrics });
  return { log, get: (path: string, method = 'GET') => app.request(path, { method }, FROM_AFAR) };
}

test('createMetricsApp tells everybody who reaches it how the gateway is', async () => {
  const { get } = prepare();
  assert.deepEqual(await (await get('/livez')).json(), { status: 'live' });
  assert.deepEqual(await (await get('/readyz')).json(), { status: 'ready', reasons: [] });
  assert.equal(await (await get('/metrics')).text(), 'numbers\n');
  const response = await prepare({ ready: false }).get('/readyz');
  assert.equal(response.status, 503);
  assert.deepEqual(await response.json(), { status: 'not-ready', reasons: ['the disk is full'] });
});

test('createMetricsApp takes no messages and nothing but GET and HEAD', async () => {
  const { get } = prepare();
  assert.equal((await get('/v1/messages', 'POST')).status, 404);
  const response = await get('/metrics', 'POST');
  assert.deepEqual([response.status, response.headers.get('allow')], [405, 'GET, HEAD']);
  assert.equal((await get('/metrics', 'HEAD')).status, 200);
});

test('createMetricsApp logs a fault, and tells nobody what it was', async () => {
  const { log, get } = prepare({ metrics: () => Promise.reject(new Error('secret')) });
  const response = await get('/metrics');
  assert.equal(response.status, 500);
  assert.doesNotMatch(await response.text(), /secret/);
  assert.deepEqual(log.events.map(({ event, fields }) => [event, fields['error']]), [['gateway.fault', 'secret']]);
});
