// The connections of a server that listens, and of one that is handed them.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { OpenSockets } from '../../src/net/open-sockets.ts';

/** Connects a client; resolves to both ends. */
async function join(context: TestContext, server: Server): Promise<{ readonly ours: Socket; readonly theirs: Socket }> {
  const theirs = connect((server.address() as AddressInfo).port, '127.0.0.1');
  context.after(() => void theirs.destroy());
  const [ours] = await once(server, 'connection');
  return { ours, theirs };
}

async function listen(context: TestContext): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1');
  context.after(() => void server.close());
  await once(server, 'listening');
  return server;
}

/** Whether the promise is settled once everything that is ready has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.then(() => settled = true);
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

test('close() of a server that listens waits for its last connection', async (context) => {
  const server = await listen(context);
  const sockets = new OpenSockets(server);
  const { ours } = await join(context, server);
  const closed = sockets.close();
  assert.equal(server.listening, false);
  assert.equal(await isSettled(closed), false);
  ours.destroy();
  await closed;
});

test('close() of a server that is handed its connections waits for the last of them', async (context) => {
  const listener = await listen(context);
  const server = createServer();
  const sockets = new OpenSockets(server);
  const handed = [(await join(context, listener)).ours, (await join(context, listener)).ours];
  for (const socket of handed) server.emit('connection', socket);
  const closed = sockets.close();
  handed[0]?.destroy();
  assert.equal(await isSettled(closed), false);
  handed[1]?.destroy();
  await closed;
});

test('close() of a server without connections resolves', async (context) => {
  await new OpenSockets(createServer()).close();
  const sockets = new OpenSockets(await listen(context));
  await Promise.all([sockets.close(), sockets.close()]);
});
