// The application on a port of its own (metrics-port): numbers and health for whoever reaches that port, and nothing else.

import { type Context, Hono } from 'hono';
import type { DoorEnv, HttpDoor } from './http-door.ts';
import { liveness } from './liveness.ts';
import { metrics } from './metrics.ts';
import { toReadinessAnswer } from './readiness.ts';

/** What the application tells about. */
export interface MetricsDoor extends Pick<HttpDoor, 'log' | 'health'> {
  readonly metrics: () => Promise<string>;
}

/** Creates the application. */
export function createMetricsApp({ log, health, metrics: read }: MetricsDoor): Hono<DoorEnv> {
  const app = new Hono<DoorEnv>();
  app.get('/livez', liveness).all(onlyGet);
  app.get('/readyz', async (c) => toReadinessAnswer(c, await health(), { withReasons: true })).all(onlyGet);
  app.get('/metrics', metrics(read)).all(onlyGet);
  app.notFound((c) => c.text('There are /metrics, /livez and /readyz here.\n', 404));
  app.onError((error, c) => {
    log.emit('gateway.fault', { door: 'metrics', error: error.message, stack: error.stack });
    return c.text('The request could not be handled.\n', 500);
  });
  return app;
}

function onlyGet(c: Context): Response {
  return c.text('Only GET and HEAD are answered here.\n', 405, { allow: 'GET, HEAD' });
}
