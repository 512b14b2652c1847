import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { readLean } from '../../src/net/lean-reads.ts';

async function openPair(): Promise<{ client: Socket; server: Socket; close: () => void }> {
  const listener = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const accepted = once(listener, 'connection');
  const client = connect((listener.address() as AddressInfo).port, '127.0.0.1');
  const [server] = await accepted as [Socket];
  return { client, server, close: () => listener.close(() => {}) && client.destroy() };
}

test('readLean() knows the sockets of Node, and leaves those of Deno alone', async () => {
  const { server, close } = await openPair();
  assert.equal(readLean(server), !('Deno' in globalThis));
  server.destroy();
  close();
});

test('A socket that reads lean hands on every byte, in order, in memory of its own', async () => {
  const { client, server, close } = await openPair();
  readLean(server);
  const sent = Buffer.alloc(1_000_000, 'abcdefghij0123456789\r\n');
  const received: Buffer[] = [];
  server.on('data', (chunk: Buffer) => received.push(chunk));
  const ended = once(server, 'end');
  server.resume();
  client.write('first');
  await once(server, 'data');
  client.end(sent);
  await ended;
  assert.deepEqual(Buffer.concat(received), Buffer.concat([Buffer.from('first'), sent]));
  close();
});

test('A socket that reads lean stops its peer while nobody reads', async () => {
  const { client, server, close } = await openPair();
  readLean(server);
  const sent = Buffer.alloc(32 << 20, 'x');
  const flushed = new Promise((resolve) => client.write(sent, resolve));
  server.once('readable', () => {});
  await once(server, 'readable');
  assert.ok(server.readableLength < sent.length, 'everything was taken in unread');
  let length = 0;
  server.on('data', (chunk: Buffer) => length += chunk.length);
  client.end();
  await Promise.all([flushed, once(server, 'end')]);
  assert.equal(length, sent.length);
  close();
});
