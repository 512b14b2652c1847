// Counts what the HTTP door does, from outside: its connections where they are opened, its answers where they are given.

import type { Hono } from 'hono';
import type { DoorEnv } from '../http/http-door.ts';
import type { Listen } from '../net/listen.ts';
import type { Counter, Meter } from '../telemetry/meter.ts';

/** What a listener needs of the application. */
type App = Pick<Hono<DoorEnv>, 'fetch'>;

/** Counts the connections of every server that is opened so. */
export function countConnections(listen: Listen, meter: Meter): Listen {
  const total = meter.counter('mailchute_sessions_total', { door: 'http' });
  let open = 0;
  meter.gauge('mailchute_sessions_open', { door: 'http' }, () => open);
  return (server, target) => {
    server.on('connection', (socket) => {
      total.add(1);
      open++;
      socket.once('close', () => open--);
    });
    return listen(server, target);
  };
}

/** Counts answers by their status. */
export function countResponses(app: App, meter: Meter): App {
  const counters = new Map<number, Counter>();
  return {
    async fetch(...request) {
      const response = await app.fetch(...request);
      const counter = counters.get(response.status) ??
        meter.counter('mailchute_http_responses_total', { status: String(response.status) });
      counters.set(response.status, counter);
      counter.add(1);
      return response;
    },
  };
}
