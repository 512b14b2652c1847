// Sessions over real sockets: what is promised when, how replies leave, and that nothing a client does leaks or crashes.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { withDoor } from '../support/start-door.ts';

const TRANSACTION = ['MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA'];
const MESSAGE = ['Subject: x', '', 'text', '.'];

test('Session says 250 only after the outlet has stored the record', async () => {
  await withDoor({}, async ({ greeted, outlet }) => {
    const client = await greeted();
    const arrived = outlet.withhold();
    client.send(...TRANSACTION);
    for (const code of ['250', '250', '354']) assert.ok((await client.line()).startsWith(code));
    client.send(...MESSAGE, 'NOOP');
    await arrived;
    const other = await greeted();
    assert.match(await other.ask('NOOP'), /^250 /, 'others are served meanwhile');
    assert.equal(client.unread, '');
    outlet.release();
    assert.equal(await client.line(), '250-2.0.0 Ok, queued as');
    assert.match(await client.line(), /^250 2\.0\.0 [0-9A-Z]+ for b@example\.com$/);
    assert.equal(await client.line(), '250 2.0.0 Ok');
    assert.equal(outlet.records.length, 1);
  });
});

test('Session sends the replies to pipelined commands in one write', async () => {
  await withDoor({}, async ({ greeted }) => {
    const client = await greeted();
    const before = client.chunks.length;
    client.send('RSET', ...TRANSACTION.slice(0, 2), 'RCPT TO:<c@example.com>', 'NOOP', 'VRFY x');
    for (let reply = 0; reply < 6; reply++) await client.line();
    assert.equal(client.chunks.length, before + 1);
  });
});

test('Session answers everything a client sent before it closed its side', async () => {
  await withDoor({}, async ({ connect, outlet, empty }) => {
    const client = await connect();
    const arrived = outlet.withhold();
    client.send('EHLO c.example', ...TRANSACTION, ...MESSAGE, 'NOOP');
    client.end();
    await arrived;
    await new Promise((resolve) => setTimeout(resolve, 20)); // the end of input has long come
    outlet.release();
    const rest = await client.rest();
    assert.match(rest, /\r\n354 [^]*\r\n250 2\.0\.0 [0-9A-Z]+ for b@example\.com\r\n250 2\.0\.0 Ok\r\n$/);
    await empty();
  });
});

test('Session ends without a reply when a client closes its side in the middle of a command or of content', async () => {
  await withDoor({}, async ({ greeted, outlet, empty, log }) => {
    for (const last of ['QUIT', 'NOOP']) {
      const client = await greeted();
      client.sendBytes(Buffer.from(last));
      client.end();
      assert.equal(await client.rest(), '');
    }
    const client = await greeted();
    client.send(...TRANSACTION, 'half a message');
    client.end();
    assert.doesNotMatch(await client.rest(), /^250 2\.0\.0/m);
    await empty();
    assert.equal(outlet.records.length, 0);
    assert.ok(log.events.some(({ event }) => event === 'smtp.transaction.broken'));
  });
});

test('Session goes on where it stopped when a client reads its replies at last', async () => {
  await withDoor({}, async ({ greeted }) => {
    const client = await greeted();
    client.socket.pause();
    const count = 60_000;
    client.sendBytes(Buffer.from('HELP\r\n'.repeat(count) + 'QUIT\r\n'));
    await new Promise((resolve) => setImmediate(resolve));
    client.socket.resume();
    const rest = await client.rest();
    assert.equal(rest.match(/^214 /gm)?.length, count);
    assert.match(rest, /221 2\.0\.0 Bye\r\n$/);
  });
});

const faults = [
  { verb: 'checkSender', pipeline: { checkSender: explode }, steps: ['MAIL FROM:<a@example.com>'] },
  { verb: 'checkRecipient', pipeline: { checkRecipient: explode }, steps: ['MAIL FROM:<a@b.c>', 'RCPT TO:<a@b.c>'] },
  { verb: 'ingest', pipeline: { ingest: explode }, steps: [...TRANSACTION, MESSAGE.join('\r\n')] },
  { verb: 'ingest later', pipeline: { ingest: () => Promise.reject('no error object') }, steps: [...TRANSACTION, '.'] },
];

function explode(): never {
  throw new Error('a bug at 10.0.0.1');
}

for (const { verb, pipeline, steps } of faults) {
  test(`Session answers 451 4.3.0 to a bug in ${verb}, logs it, and goes on`, async () => {
    await withDoor({ pipeline }, async ({ greeted, log }) => {
      const client = await greeted();
      let reply = '';
      for (const step of steps) reply = await client.ask(step);
      assert.equal(reply, '451 4.3.0 Internal error, try again later');
      assert.match(await client.ask('NOOP'), /^250 /);
      assert.equal(log.events.filter(({ event }) => event === 'gateway.fault').length, 1);
    });
  });
}

const states = [
  { name: 'before the greeting was read', lines: [] },
  { name: 'in the middle of a command', lines: [], tail: 'EHLO c' },
  { name: 'after EHLO', lines: ['EHLO c.example'] },
  { name: 'after MAIL', lines: ['EHLO c.example', 'MAIL FROM:<a@example.com>'] },
  { name: 'after RCPT', lines: ['EHLO c.example', ...TRANSACTION.slice(0, 2)] },
  { name: 'after DATA', lines: ['EHLO c.example', ...TRANSACTION] },
  { name: 'inside content', lines: ['EHLO c.example', ...TRANSACTION, 'text'], tail: '\r\n.' },
  { name: 'while the record is stored', lines: ['EHLO c.example', ...TRANSACTION, ...MESSAGE] },
  { name: 'after a message', lines: ['EHLO c.example', ...TRANSACTION, ...MESSAGE, 'NOOP'] },
  { name: 'after QUIT', lines: ['QUIT'] },
];

test(`200 connections broken off in ${states.length} states leave no session, no socket and no place`, async () => {
  await withDoor({}, async ({ connect, outlet, empty, log }) => {
    for (let round = 0; round < 20; round++) {
      await Promise.all(states.map(async ({ lines, tail = '' }) => {
        const client = await connect();
        client.send(...lines);
        client.sendBytes(Buffer.from(tail));
        if (round % 2 === 0) await client.line();
        if (round % 4 < 2) client.reset();
        else client.close();
      }));
    }
    await empty();
    const count = (name: string) => log.events.filter(({ event }) => event === name).length;
    assert.equal(count('smtp.session.opened'), count('smtp.session.closed'));
    assert.equal(count('gateway.fault'), 0);
    assert.ok(outlet.records.length <= 40);
  });
});

for (const { name, lines, tail = '' } of states) {
  test(`A connection reset ${name} leaves no session and no place while the outlet withholds`, async () => {
    await withDoor({}, async ({ connect, outlet, empty }) => {
      void outlet.withhold();
      const client = await connect();
      await client.line();
      client.send(...lines);
      client.sendBytes(Buffer.from(tail));
      client.reset();
      await empty();
    });
  });
}

test('Session says 421 after a silence, and 421 when content does not end in time', async () => {
  await withDoor({ settings: { idleTimeoutMs: 50 } }, async ({ connect, empty }) => {
    const client = await connect();
    assert.match(await client.rest(), /^220 [^\r]*\r\n421 4\.4\.2 [^\r]*\r\n$/);
    await empty();
  });
  await withDoor({ settings: { dataTimeoutMs: 50 } }, async ({ greeted, empty, outlet }) => {
    const client = await greeted();
    client.send(...TRANSACTION, 'text');
    assert.match(await client.rest(), /\r\n354 [^\r]*\r\n421 4\.4\.2 [^\r]*\r\n$/);
    await empty();
    assert.equal(outlet.records.length, 0);
  });
});

test('Session does not call the client silent while the outlet takes its time', async () => {
  await withDoor({ settings: { idleTimeoutMs: 150 } }, async ({ connect, outlet }) => {
    const client = await connect();
    const arrived = outlet.withhold();
    client.send('EHLO c.example', ...TRANSACTION, ...MESSAGE);
    await arrived;
    // Three silences long; the clock of the door is the real one.
    await new Promise((resolve) => setTimeout(resolve, 450));
    outlet.release();
    const rest = await client.rest();
    assert.match(rest, /\r\n250 2\.0\.0 [0-9A-Z]+ for b@example\.com\r\n421 4\.4\.2 [^\r]*\r\n$/);
  });
});

test('The deadline of the content does not fire into the time the outlet takes', async () => {
  await withDoor({ settings: { dataTimeoutMs: 30 } }, async ({ greeted, outlet }) => {
    const client = await greeted();
    const arrived = outlet.withhold();
    client.send(...TRANSACTION, ...MESSAGE);
    await arrived;
    await new Promise((resolve) => setTimeout(resolve, 80));
    outlet.release();
    for (let line = 0; line < 4; line++) await client.line();
    assert.match(await client.line(), /^250 2\.0\.0 [0-9A-Z]+ for b@example\.com$/);
    assert.match(await client.ask('NOOP'), /^250 /);
  });
});
