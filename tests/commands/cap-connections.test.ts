// The cap on connections that leaves descriptors for everything else: over several servers, told once, and lifted again.

import assert from 'node:assert/strict';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { capConnections, type Descriptors } from '../../src/commands/cap-connections.ts';
import { type Listen, listenOn } from '../../src/net/listen.ts';
import { until } from '../support/amqp-outlet.ts';
import { createRecordingLog } from '../support/recording-log.ts';

const TARGET = { address: '127.0.0.1', port: 0, door: 'SMTP', portKey: 'smtp-port' } as const;

/** Opens a server that says `hello`. */
async function open(context: TestContext, listen: Listen): Promise<{ port: number; server: Server }> {
  const server = createServer((socket) => void socket.on('error', () => {}).write('hello'));
  const { port } = await listen(server, TARGET);
  context.after(() => server.close());
  return { port, server };
}

/** Resolves to what the server says, which is nothing when it closes the connection. */
function visit(context: TestContext, port: number): Promise<{ said: string; socket: Socket }> {
  const socket = connect(port, '127.0.0.1');
  context.after(() => socket.destroy());
  return new Promise((resolve) => {
    socket.on('data', (data) => resolve({ said: String(data), socket }));
    socket.on('error', () => {}).on('close', () => resolve({ said: '', socket }));
  });
}

async function visitAll(context: TestContext, ports: readonly number[]): Promise<{ said: string; socket: Socket }[]> {
  const visits: { said: string; socket: Socket }[] = [];
  for (const port of ports) visits.push(await visit(context, port));
  return visits;
}

function cap(read: () => Descriptors | undefined) {
  const log = createRecordingLog();
  return { log, listen: capConnections(listenOn, { log, readDescriptors: read }) };
}

test('capConnections() closes what would take the last descriptors, over all servers, and tells it once', async (context) => {
  // With the first connection 8 of 20 are used, and 8 are kept: there is room for five.
  const { log, listen } = cap(() => ({ limit: 20, used: 8 }));
  const [one, two] = [await open(context, listen), await open(context, listen)];
  const visits = await visitAll(context, [one.port, two.port, one.port, two.port, one.port, two.port, one.port]);
  assert.deepEqual(visits.map(({ said }) => said), ['hello', 'hello', 'hello', 'hello', 'hello', '', '']);
  assert.deepEqual(log.events, [{ event: 'gateway.descriptors-short', fields: { connections: 5 } }]);
  for (const { socket } of visits) socket.destroy();
  await until(() => log.events.length === 2, 'descriptors are free again');
  assert.equal(log.events[1]?.event, 'gateway.descriptors-free');
  assert.equal((await visit(context, two.port)).said, 'hello');
});

test('capConnections() caps nothing where the system does not tell', async (context) => {
  const { listen, log } = cap(() => undefined);
  const { port, server } = await open(context, listen);
  const visits = await visitAll(context, Array.from({ length: 20 }, () => port));
  assert.ok(visits.every(({ said }) => said === 'hello'));
  assert.equal(server.maxConnections, createServer().maxConnections);
  assert.deepEqual(log.events, []);
});

test('capConnections() reads the limit of its own process', async (context) => {
  const log = createRecordingLog();
  const { port, server } = await open(context, capConnections(listenOn, { log }));
  assert.equal((await visit(context, port)).said, 'hello');
  await until(() => server.maxConnections > 0, 'the cap is known');
});
