// memory-limit at the SMTP door: refused early or read to the end, and every way out of a transaction gives its room back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openRoom } from '../support/rooms.ts';
import type { SmtpClient } from '../support/smtp-client.ts';
import { type DoorOptions, type StartedDoor, withDoor } from '../support/start-door.ts';

const KB = 1024;
const NO_ROOM = /^452 4\.3\.1 Too much mail in flight/;

const LINE = `${'0123456789abcdef'.repeat(4)}\r\n`;
const toContent = (bytes: number) => `Subject: x\r\n\r\n${LINE.repeat(Math.ceil(bytes / LINE.length))}`;

async function begin(client: SmtpClient, size?: number): Promise<string> {
  const mail = await client.ask(`MAIL FROM:<a@example.com>${size === undefined ? '' : ` SIZE=${size}`}`);
  if (!mail.startsWith('250')) return mail;
  await client.ask('RCPT TO:<b@example.org>');
  return await client.ask('DATA');
}

test('What is announced and finds no room is refused at MAIL, and smaller mail is taken', async () => {
  const room = openRoom(500 * KB);
  await withDoor({ room }, async ({ greeted }) => {
    room.take(300 * KB);
    const client = await greeted();
    assert.match(await begin(client, 300 * KB), NO_ROOM);
    assert.match(await begin(client, 100 * KB), /^354 /);
    assert.match(await client.ask('Subject: x', '', '.'), /^250-/);
    assert.equal(room.taken, 300 * KB);
  });
});

test('Content that finds no room at DATA is refused there, after a while', async () => {
  const room = openRoom(100 * KB);
  await withDoor({ room }, async ({ greeted }) => {
    room.take(50 * KB);
    const client = await greeted();
    assert.match(await begin(client), NO_ROOM);
    room.give(50 * KB);
    assert.match(await client.ask('DATA'), /^354 /);
    assert.match(await client.ask('Subject: x', '', '.'), /^250-/);
    assert.equal(room.taken, 0);
  });
});

test('DATA is answered when room comes free', async () => {
  const room = openRoom(100 * KB, 60_000);
  await withDoor({ room }, async ({ greeted }) => {
    room.take(50 * KB);
    const client = await greeted();
    const answer = begin(client);
    while (room.waiting === 0) await nextTurn();
    room.give(50 * KB);
    assert.match(await answer, /^354 /);
  });
});

test('Content that outgrows the room is read to its end and refused, and the session goes on', async () => {
  const room = openRoom(500 * KB);
  await withDoor({ room }, async ({ greeted, outlet }) => {
    const client = await greeted();
    room.take(200 * KB);
    assert.match(await begin(client), /^354 /);
    assert.match(await client.ask(`${toContent(600 * KB)}.`), NO_ROOM);
    assert.equal(room.taken, 200 * KB);
    assert.match(await begin(client), /^354 /);
    assert.match(await client.ask('Subject: x', '', '.'), /^250-/);
    assert.equal(outlet.records.length, 1);
  });
});

test('Content of which nothing was announced waits for room without being read, and arrives whole', async () => {
  const room = openRoom(1500 * KB, 60_000);
  await withDoor({ room }, async ({ greeted, outlet }) => {
    room.take(800 * KB);
    const client = await greeted();
    await begin(client);
    const reply = client.ask(`${toContent(500 * KB)}.`);
    while (room.waiting === 0) await nextTurn();
    room.give(800 * KB);
    assert.match(await reply, /^250-/);
    assert.equal(Buffer.from(String(outlet.parsed()[0]?.['mime'])).length, toContent(500 * KB).length);
    assert.equal(room.taken, 0);
  });
});

test('Content whose encoded form finds no room is refused after it was read', async () => {
  const room = openRoom(200 * KB);
  await withDoor({ room }, async ({ greeted, log }) => {
    room.take(100 * KB);
    const client = await greeted();
    await begin(client, 64 * KB);
    assert.match(await client.ask(`Subject: x\r\n\r\n${'\x01'.repeat(50 * KB)}\r\n.`), NO_ROOM);
    assert.equal(log.events.filter(({ event }) => event === 'message.deferred').length, 1);
    assert.equal(room.taken, 100 * KB);
  });
});

/** What happens to a session that has taken room. */
const ENDINGS: readonly {
  readonly name: string;
  readonly options?: DoorOptions;
  end(client: SmtpClient, door: StartedDoor): Promise<unknown>;
}[] = [
  { name: 'a message that is taken', end: (client) => client.ask('Subject: x', '', 'body', '.') },
  { name: 'a message that is refused', end: (client) => client.ask('Subject: x', '', 'a\nb', '.') },
  {
    name: 'a fault of the pipeline',
    options: { pipeline: { ingest: () => Promise.reject(new Error('broken')) } },
    end: (client) => client.ask('Subject: x', '', '.'),
  },
  {
    name: 'content that is too large',
    options: { settings: { maxBytes: 1000 } },
    end: (client) => client.ask(toContent(2000), '.'),
  },
  {
    name: 'content that takes too long',
    options: { settings: { dataTimeoutMs: 20 } },
    end: (client) => client.rest(),
  },
  { name: 'silence', options: { settings: { idleTimeoutMs: 50 } }, end: (client) => client.rest() },
  {
    name: 'a client that leaves in the middle',
    async end(client) {
      client.socket.write('Subject: x\r\n');
      await Promise.resolve(client.close());
    },
  },
  {
    name: 'a client that is cut off',
    async end(client) {
      await Promise.resolve(client.socket.resetAndDestroy());
    },
  },
  { name: 'the end of the gateway', end: (_, { door }) => door.close() },
];

for (const { name, options = {}, end } of ENDINGS) {
  test(`Room comes back after ${name}`, async () => {
    const room = openRoom(500 * KB);
    await withDoor({ ...options, room }, async (door) => {
      const client = await door.greeted();
      assert.match(await begin(client), /^354 /);
      assert.ok(room.taken > 0);
      await end(client, door);
      for (let turn = 0; room.taken > 0 && turn < 1000; turn++) await nextTurn();
      assert.equal(room.taken, 0);
    });
  });
}

test('Room is held for a client that has gone until its message is durable', async () => {
  const room = openRoom(500 * KB);
  const stored = Promise.withResolvers<void>();
  const ingest = async () => {
    await stored.promise;
    return { outcome: 'accepted' as const, records: [{ id: 'ID', recipient: 'b@c', queue: 'inbox' }] };
  };
  await withDoor({ room, pipeline: { ingest } }, async ({ greeted, door }) => {
    const client = await greeted();
    await begin(client);
    client.send('Subject: x', '', 'body', '.');
    while (room.taken > KB) await nextTurn();
    client.socket.resetAndDestroy();
    while (door.sessions() > 0) await nextTurn();
    assert.ok(room.taken > 0);
    stored.resolve();
    while (room.taken > 0) await nextTurn();
  });
});

function nextTurn(): Promise<boolean> {
  return new Promise((resolve) => setTimeout(() => resolve(false), 1));
}
