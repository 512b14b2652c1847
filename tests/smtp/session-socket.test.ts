// What a session does with its socket: how replies are cut into writes, how much waits in memory, and what errors do.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { withSession } from '../support/start-session.ts';

test('Session writes the replies to pipelined commands, up to content, in one piece', async () => {
  await withSession(async ({ client, writes }) => {
    await client.reply();
    client.send('EHLO c.example', 'MAIL FROM:<a@b>', 'RCPT TO:<b@c>', 'NOOP', 'RSET', 'VRFY x');
    for (let reply = 0; reply < 6; reply++) await client.reply();
    assert.equal(writes.length, 2);
    client.send('MAIL FROM:<a@b>', 'RCPT TO:<b@c>', 'DATA', 'text', '.', 'NOOP', 'QUIT');
    assert.match(await client.rest(), /\r\n221 [^\r]*\r\n$/);
    assert.deepEqual(writes.slice(2).map((text) => text.match(/^\d+ /gm)?.join('')), ['250 250 354 ', '250 250 221 ']);
  });
});

test('Session does not save up replies without end for a chunk full of commands', async () => {
  await withSession(async ({ client, writes }) => {
    await client.reply();
    client.sendBytes(Buffer.from('HELP\r\n'.repeat(5000)));
    for (let reply = 0; reply < 5000; reply++) await client.reply();
    const longest = Math.max(...writes.map((text) => text.length));
    assert.ok(longest < 20_000, `${longest} characters in one write`);
  });
});

test('Session holds back a client that never reads its replies, and holds few of them itself', async () => {
  await withSession(async ({ client, socket }) => {
    await client.reply();
    client.socket.pause();
    const batch = Buffer.from('HELP\r\n'.repeat(10_000));
    let batches = 0;
    // The kernel's buffers take some megabytes; a session without bounds would take all of this.
    while (batches < 300 && await isTaken(client.socket, batch)) batches++;
    assert.ok(batches < 300, 'the session reads on without end');
    assert.ok(socket.writableLength < 100_000, `${socket.writableLength} bytes of replies wait in memory`);
    assert.ok(socket.readableLength < 200_000, `${socket.readableLength} bytes of commands wait in memory`);
  });
});

/** Whether the peer takes the bytes within a while. */
function isTaken(socket: Socket, bytes: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), 500);
    socket.write(bytes, () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

test('Session leaves no listener behind for each time it waited for the client', async () => {
  await withSession(async ({ client, socket }) => {
    await client.reply();
    const count = () => ['drain', 'close', 'timeout', 'error'].map((event) => socket.listenerCount(event));
    const before = count();
    for (let round = 0; round < 5; round++) {
      client.socket.pause();
      client.sendBytes(Buffer.from('HELP\r\n'.repeat(20_000)));
      await new Promise((resolve) => setImmediate(resolve));
      client.socket.resume();
      for (let reply = 0; reply < 20_000; reply++) await client.line();
      client.send('HELO c', 'MAIL FROM:<a@b>', 'RCPT TO:<b@c>', 'DATA', '.');
      for (let line = 0; line < 6; line++) await client.line();
    }
    assert.match(await client.ask('NOOP'), /^250 /);
    assert.deepEqual(count(), before);
  });
});

for (const code of ['ENOTCONN', 'ECONNRESET', 'EPIPE', 'ERR_STREAM_WRITE_AFTER_END']) {
  test(`Session survives a socket error ${code}`, async () => {
    await withSession(async ({ socket, log }) => {
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.destroy(Object.assign(new Error('broken'), { code }));
      await closed;
      assert.deepEqual(log.events.map(({ event }) => event), ['smtp.session.opened', 'smtp.session.closed']);
    });
  });
}
