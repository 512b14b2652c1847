import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { exchange } from '../../src/checks/dns-exchange.ts';
import { startNameServer } from '../support/name-server.ts';

test('exchange() waits for the true answer when false ones come first', async (context) => {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  context.after(() => socket.close());
  socket.on('message', (query, { port, address }) => {
    const reply = (id: number, last: number) => {
      const head = Buffer.from([id >> 8, id & 0xff, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
      const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, last]);
      return Buffer.concat([head, Buffer.from(query.subarray(12, 24)), record]);
    };
    const id = query.readUInt16BE(0);
    for (const bytes of [Buffer.from('garbage'), reply(id ^ 1, 66), reply(id, 1).subarray(0, -1), reply(id, 1)]) {
      socket.send(bytes, port, address);
    }
  });
  const server = { address: '127.0.0.1', port: socket.address().port };
  const answer = await exchange({ name: 'a.test', type: 'A' }, { server, timeoutMs: 5000 });
  assert.deepEqual(answer.values, ['192.0.2.1']);
});

test('exchange() asks over TCP for what does not fit, and rejects when it does not come whole', async (context) => {
  const question = { name: 'a.test', type: 'TXT' } as const;
  const server = await startNameServer(context, { 'a.test': { TXT: ['x'.repeat(5000)] } });
  const answer = await exchange(question, { server, timeoutMs: 5000 });
  assert.equal((answer.values[0] as string[]).join(''), 'x'.repeat(5000));
  for (const bytes of [[], [0], [0, 5, 1, 2, 3, 4, 5]]) {
    const tcp = createServer((socket) => {
      socket.on('error', () => {});
      socket.end(Buffer.from(bytes));
    }).listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    const { port } = tcp.address() as AddressInfo;
    const udp = createSocket('udp4');
    udp.bind(port, '127.0.0.1');
    await once(udp, 'listening');
    context.after(() => {
      udp.close();
      tcp.close();
    });
    udp.on('message', (query, peer) => {
      const reply = Buffer.concat([
        query.subarray(0, 2),
        Buffer.from([0x83, 0x80, 0, 1, 0, 0, 0, 0, 0, 0]),
        query.subarray(12, 24),
      ]);
      udp.send(reply, peer.port, peer.address);
    });
    const broken = exchange(question, { server: { address: '127.0.0.1', port }, timeoutMs: 5000 });
    await assert.rejects(broken, { code: 'EBADRESP' });
  }
});

test('exchange() waits no longer than it is told', async (context) => {
  const server = await startNameServer(context, { 'a.test': { otherwise: 'silence' } });
  await assert.rejects(exchange({ name: 'a.test', type: 'A' }, { server, timeoutMs: 20 }), { code: 'ETIMEOUT' });
});
