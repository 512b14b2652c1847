import assert from 'node:assert/strict';
import { createServer, Socket } from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';
import { countConnections, countResponses } from '../../src/commands/measured-http.ts';
import { Meter } from '../../src/telemetry/meter.ts';
import { sampleOf } from '../support/sample.ts';

const HTTP = { door: 'http' };

test('countConnections counts what comes in at a server, also when another process has the port', async () => {
  const meter = new Meter();
  const server = createServer();
  const listen = countConnections((_, { port }) => Promise.resolve({ address: '127.0.0.1', port }), meter);
  await listen(server, { address: undefined, port: 1, door: 'HTTP', portKey: 'http-port' });
  const socket = new Socket();
  server.emit('connection', socket);
  assert.equal(sampleOf(meter.families(), 'mailchute_sessions_open', HTTP), 1);
  socket.destroy();
  await once(socket, 'close');
  assert.equal(sampleOf(meter.families(), 'mailchute_sessions_open', HTTP), 0);
  assert.equal(sampleOf(meter.families(), 'mailchute_sessions_total', HTTP), 1);
});

test('countResponses counts answers by their status', async () => {
  const meter = new Meter();
  const statuses = [202, 404, 404];
  const app = countResponses({ fetch: () => new Response(null, { status: statuses.shift() ?? 500 }) }, meter);
  for (let request = 0; request < 3; request++) await app.fetch(new Request('http://localhost/'));
  const count = (status: string) => sampleOf(meter.totals(), 'mailchute_http_responses_total', { status });
  assert.deepEqual([count('202'), count('404')], [1, 2]);
});
