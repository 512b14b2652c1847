import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHttpLook } from '../../src/commands/http-look.ts';

test('toHttpLook asks for metrics only where they are wanted', async () => {
  const health = { ready: true, reasons: [] };
  const { health: readHealth, metrics } = toHttpLook((what) =>
    Promise.resolve({ health, ...(what.metrics ? { metrics: 'numbers' } : {}) })
  );
  assert.deepEqual(await readHealth(), health);
  assert.equal(await metrics(), 'numbers');
});

test('toHttpLook calls a gateway that cannot be looked at not ready, and lets metrics fail', async () => {
  const { health, metrics } = toHttpLook(() => Promise.reject(new Error('the first process is gone')));
  assert.deepEqual(await health(), { ready: false, reasons: ['the first process is gone'] });
  await assert.rejects(metrics(), /the first process is gone/);
});
