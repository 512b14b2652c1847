// The PROXY header read off real sockets: in any number of pieces, never a byte too many, never longer than allowed.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { type ProxyRead, readProxyHeader } from '../../src/net/proxy-reader.ts';

const V1 = Buffer.from('PROXY TCP4 192.0.2.1 198.51.100.7 123 25\r\n');
const V2_START = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const IPV4 = [192, 0, 2, 1, 198, 51, 100, 7, 0, 123, 0, 25];
const V2 = Buffer.concat([V2_START, Buffer.from([0x21, 0x11, 0, 12, ...IPV4])]);
const LOCAL = Buffer.concat([V2_START, Buffer.from([0x20, 0, 0, 0])]);
/** The longest header there is: 65535 bytes after the fixed part. */
const LONGEST = Buffer.concat([
  V2_START,
  Buffer.from([0x21, 0x11, 0xff, 0xff, ...IPV4, 4, 0xff, 0xf0]),
  Buffer.alloc(0xfff0, 'x'),
]);
const NEVER_MS = 60_000;

interface Ends {
  readonly client: Socket;
  readonly socket: Socket;
}

/** Runs `body` with both ends of a connection. */
async function withEnds(body: (ends: Ends) => Promise<void>): Promise<void> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect({ port: (server.address() as { port: number }).port, host: '127.0.0.1' });
  client.setNoDelay(true);
  client.on('error', () => {});
  const [socket] = await once(server, 'connection') as [Socket];
  socket.on('error', () => {});
  try {
    await body({ client, socket });
  } finally {
    client.destroy();
    socket.destroy();
    server.close();
  }
}

/** Everything up to the end, as the next reader of the socket gets it. */
async function readOn(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += chunk;
  return text;
}

function sourceOf(read: ProxyRead): string | undefined {
  assert.ok(read.ok, JSON.stringify(read));
  const source = read.header.connection?.source;
  return source && `${source.address} ${source.port}`;
}

function faultOf(read: ProxyRead): string {
  assert.ok(!read.ok);
  return `${read.fault.reason}: ${read.fault.detail}`;
}

/** Nothing of the reader may be left on a socket. */
function assertLetGo(socket: Socket, before: readonly number[]): void {
  assert.deepEqual(countListeners(socket), before);
}

function countListeners(socket: Socket): number[] {
  return ['readable', 'end', 'error', 'close', 'data', 'timeout'].map((event) => socket.listenerCount(event));
}

const headers = [
  { name: 'version 1', header: V1, source: '192.0.2.1 123' },
  { name: 'version 2', header: V2, source: '192.0.2.1 123' },
  { name: 'version 2 LOCAL', header: LOCAL, source: undefined },
  { name: 'the longest version 2', header: LONGEST, source: '192.0.2.1 123' },
];

for (const { name, header, source } of headers) {
  test(`readProxyHeader() takes ${name} with what follows in one packet`, async () => {
    await withEnds(async ({ client, socket }) => {
      const before = countListeners(socket);
      client.end(Buffer.concat([header, Buffer.from('EHLO x\r\nQUIT\r\n')]));
      assert.equal(sourceOf(await readProxyHeader(socket, { timeoutMs: NEVER_MS })), source);
      assertLetGo(socket, before);
      assert.equal(await readOn(socket), 'EHLO x\r\nQUIT\r\n');
    });
  });

  test(`readProxyHeader() takes ${name} that ends with the connection`, async () => {
    await withEnds(async ({ client, socket }) => {
      client.end(header);
      assert.equal(sourceOf(await readProxyHeader(socket, { timeoutMs: NEVER_MS })), source);
      assert.equal(await readOn(socket), '');
    });
  });
}

for (const { name, header, source } of headers.slice(0, 3)) {
  test(`readProxyHeader() takes ${name} byte by byte and what follows later`, async () => {
    await withEnds(async ({ client, socket }) => {
      const reading = readProxyHeader(socket, { timeoutMs: NEVER_MS });
      for (const byte of header) {
        await new Promise((resolve) => client.write(Buffer.of(byte), resolve));
        await new Promise((resolve) => setImmediate(resolve));
      }
      assert.equal(sourceOf(await reading), source);
      client.end('late');
      assert.equal(await readOn(socket), 'late');
    });
  });

  test(`readProxyHeader() says of ${name} at every length that the end came too early`, async () => {
    for (let length = 0; length < header.length; length++) {
      await withEnds(async ({ client, socket }) => {
        const before = countListeners(socket);
        client.end(header.subarray(0, length));
        const fault = faultOf(await readProxyHeader(socket, { timeoutMs: NEVER_MS }));
        assert.equal(fault, `closed: connection ended after ${length} bytes of the header`);
        assertLetGo(socket, before);
      });
    }
  });
}

test('readProxyHeader() refuses other bytes as soon as they differ', async () => {
  await withEnds(async ({ client, socket }) => {
    client.write('E');
    const read = await readProxyHeader(socket, { timeoutMs: NEVER_MS });
    assert.equal(faultOf(read), 'malformed: no PROXY protocol signature');
  });
});

test('readProxyHeader() refuses a version 1 line without end', async () => {
  await withEnds(async ({ client, socket }) => {
    client.write('PROXY TCP4 '.padEnd(107, '1'));
    const read = await readProxyHeader(socket, { timeoutMs: NEVER_MS });
    assert.equal(faultOf(read), 'malformed: version 1 line is too long');
  });
});

for (const { name, start } of [{ name: 'nothing', start: '' }, { name: 'a part of it', start: 'PROXY TCP4 ' }]) {
  test(`readProxyHeader() gives up a peer that sends ${name}, when the time is over`, async () => {
    await withEnds(async ({ client, socket }) => {
      const before = countListeners(socket);
      client.write(start);
      const read = await readProxyHeader(socket, { timeoutMs: 30 });
      assert.equal(faultOf(read), `timeout: header not complete after 30 ms, ${start.length} bytes came`);
      assertLetGo(socket, before);
      assert.equal(socket.destroyed, false);
    });
  });
}

test('readProxyHeader() gives up a peer that resets the connection, or had done so', async () => {
  await withEnds(async ({ client, socket }) => {
    client.write('PROXY');
    const reading = readProxyHeader(socket, { timeoutMs: NEVER_MS });
    await new Promise((resolve) => setTimeout(resolve, 10));
    client.resetAndDestroy();
    assert.match(faultOf(await reading), /^closed: connection ended after 5 bytes/);
    if (!socket.closed) await once(socket, 'close');
    assert.match(faultOf(await readProxyHeader(socket, { timeoutMs: NEVER_MS })), /^closed: /);
  });
});
