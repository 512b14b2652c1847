// The door as a whole: who gets in, who waits, how it opens, drains and closes.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { ClientGate } from '../../src/net/client-gate.ts';
import { SessionPlaces } from '../../src/net/session-places.ts';
import { listenSmtp } from '../../src/smtp/listener.ts';
import { freePorts } from '../support/free-port.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { ampleRoom } from '../support/rooms.ts';
import { SmtpClient } from '../support/smtp-client.ts';
import { type StartedDoor, withDoor } from '../support/start-door.ts';

const TRANSACTION = ['MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA'];
const SHUTTING_DOWN = '421 4.3.2 Shutting down, try again later\r\n';
const NO_PLACE = '421 4.3.2 Too many sessions, try again later\r\n';

/** One turn of the event loop on which loopback sockets have delivered what was sent. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

test('A door on several ports counts the sessions of all of them, and logs where it is', async () => {
  await withDoor({ ports: [0, 0] }, async ({ door, log, greeted }) => {
    assert.equal(door.bound.length, 2);
    assert.deepEqual(log.events, door.bound.map((place) => ({ event: 'smtp.listening', fields: { ...place } })));
    await greeted();
    const other = await SmtpClient.connect(door.bound[1]?.port ?? 0);
    assert.match((await other.reply()).join(), /^220 /);
    assert.equal(door.sessions(), 2);
    other.close();
  });
});

test('A door that cannot open one of its ports closes the others again and says why', async () => {
  await withDoor({}, async ({ port }) => {
    const places = new SessionPlaces({ limit: 10, waitMs: 1000 });
    const log = createRecordingLog();
    const [free = 0] = await freePorts(1);
    const opening = listenSmtp({
      pipeline: {
        checkSender: fail,
        checkRecipient: fail,
        admitsSender: fail,
        admitRecipient: fail,
        ingest: fail,
        inject: fail,
      },
      log,
      greetingName: () => 'mx',
      gate: new ClientGate({
        proxies: [],
        headerTimeoutMs: 1000,
        isAllowed: () => true,
        isBlocked: () => false,
        maxPerAddress: 0,
      }),
      places,
      room: ampleRoom(),
      contentWeight: 1,
      settings: {
        maxBytes: 1,
        maxRecipients: 1,
        maxMessages: 0,
        offerDsn: true,
        barePaths: false,
        idleTimeoutMs: 1,
        dataTimeoutMs: 1,
        greetingDelayMs: 0,
      },
    }, { addresses: ['127.0.0.1'], ports: [free, port] });
    await assert.rejects(opening, /^Error: Cannot open the SMTP door on 127\.0\.0\.1, port \d+: the port is in use/);
    assert.deepEqual(log.events, []);
    await assert.rejects(SmtpClient.connect(free), { code: 'ECONNREFUSED' });
  });
});

function fail(): never {
  throw new Error('not reached');
}

test('An address outside the range gets 554 5.7.1 and no place', async () => {
  const asked: string[] = [];
  const isAllowed = (address: string) => (asked.push(address), false);
  await withDoor({ isAllowed, places: { limit: 0, waitMs: 1000 } }, async ({ connect, log, empty }) => {
    const client = await connect();
    client.send('EHLO c.example', ...TRANSACTION);
    assert.equal(await client.rest(), '554 5.7.1 Your address is not allowed to connect\r\n');
    assert.deepEqual(asked, ['127.0.0.1']);
    await empty();
    const refused = log.events.filter(({ event }) => event === 'smtp.session.refused');
    assert.deepEqual(refused.map(({ fields }) => fields['reason']), ['range']);
    assert.ok(!log.events.some(({ event }) => event === 'smtp.session.opened'));
  });
});

test('Connections beyond the cap wait ungreeted, get places in order, and as many again are the most', async () => {
  await withDoor({ places: { limit: 2, waitMs: 60_000 } }, async ({ connect, greeted, places }) => {
    const sessions = [await greeted(), await greeted()];
    const first = await connect();
    await settle();
    const second = await connect();
    await settle();
    const tooMany = await connect();
    assert.equal(await tooMany.rest(), NO_PLACE);
    assert.equal(first.unread + second.unread, '');
    sessions[0]?.send('QUIT');
    assert.match(await first.line(), /^220 /);
    await settle();
    assert.equal(second.unread, '');
    sessions[1]?.reset();
    assert.match(await second.line(), /^220 /);
    assert.equal(places.taken, 2);
  });
});

test('A connection that waited too long gets 421 4.3.2', async () => {
  await withDoor({ places: { limit: 1, waitMs: 30 } }, async ({ connect, greeted, empty }) => {
    const session = await greeted();
    const client = await connect();
    assert.equal(await client.rest(), NO_PLACE);
    assert.match(await session.ask('NOOP'), /^250 /);
    session.close();
    await empty();
  });
});

for (const leave of ['close', 'reset'] as const) {
  test(`A waiting connection that leaves by ${leave} gives up its turn`, async () => {
    await withDoor({ places: { limit: 1, waitMs: 60_000 } }, async ({ connect, greeted, places, empty }) => {
      const session = await greeted();
      const leaver = await connect();
      await settle();
      leaver[leave]();
      await leaver.closed();
      await settle();
      const next = await connect();
      await settle();
      assert.equal(next.unread, '', 'it took over the place among the waiting');
      session.send('QUIT');
      assert.match(await next.line(), /^220 /);
      assert.equal(places.taken, 1);
      next.close();
      await empty();
    });
  });
}

test('A waiting connection that already sent its commands is served in its turn', async () => {
  await withDoor({ places: { limit: 1, waitMs: 60_000 } }, async ({ connect, greeted }) => {
    const session = await greeted();
    const client = await connect();
    client.send('EHLO c.example', 'QUIT');
    client.end();
    await settle();
    session.send('QUIT');
    assert.match(await client.rest(), /^220 [^]*\r\n221 2\.0\.0 Bye\r\n$/);
  });
});

test('A place that comes free for a connection that is gone by then is given back', async () => {
  class LatePlaces extends SessionPlaces {
    /** The place comes free just after the connection has closed. */
    override enter(signal: AbortSignal): Promise<boolean> {
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => setTimeout(() => resolve(this.tryEnter()), 10));
      });
    }
  }
  const places = new LatePlaces({ limit: 1, waitMs: 60_000 });
  places.tryEnter();
  await withDoor({ places }, async ({ connect, empty }) => {
    const client = await connect();
    await settle();
    places.leave();
    client.reset();
    await settle();
    await settle();
    await empty();
  });
});

test('drain() ends idle sessions and waiting connections at once and lets a transaction finish', async () => {
  await withDoor({ places: { limit: 3, waitMs: 60_000 } }, async (started) => {
    const { connect, greeted, door, outlet } = started;
    const idle = await greeted();
    const inData = await greeted();
    inData.send(...TRANSACTION);
    for (let line = 0; line < 3; line++) await inData.line();
    const storing = await greeted();
    const arrived = outlet.withhold();
    storing.send(...TRANSACTION, 'x', '.', 'NOOP');
    await arrived;
    const waiting = await connect();
    await settle();

    const drained = door.drain();
    assert.equal(await idle.rest(), SHUTTING_DOWN);
    assert.match(await waiting.rest(), /^421 4\.3\.2 [^\r]*\r\n$/);
    inData.send('Subject: still', '', 'taken', '.');
    outlet.release();
    assert.match(await storing.rest(), /^250 2\.0\.0 \w+ for b@example\.com\r\n421 4\.3\.2 [^\r]*\r\n$/m);
    assert.match(await inData.rest(), /^250-2\.0\.0 [^]*for b@example\.com\r\n421 4\.3\.2 [^\r]*\r\n$/);
    await drained;
    assert.equal(outlet.records.length, 2);
    assert.equal(door.sessions(), 0);
  });
});

const endings: readonly { readonly name: string; readonly end: readonly string[]; readonly replies: RegExp }[] = [
  { name: 'RSET', end: ['RSET'], replies: /^250 2\.0\.0 Ok\r\n421 4\.3\.2 [^\r]*\r\n$/ },
  { name: 'EHLO', end: ['EHLO again.example'], replies: /\r\n421 4\.3\.2 [^\r]*\r\n$/ },
  { name: 'content that is too big', end: ['DATA', 'x'.repeat(200), '.'], replies: /^552 5\.3\.4 [^]*421 4\.3\.2 / },
];

for (const { name, end, replies } of endings) {
  test(`drain() ends a session whose transaction ends with ${name}`, async () => {
    await withDoor({ settings: { maxBytes: 100 } }, async ({ greeted, door }) => {
      const client = await greeted();
      await client.ask('MAIL FROM:<a@example.com>');
      await client.ask('RCPT TO:<b@example.com>');
      const drained = door.drain();
      if (end[0] === 'DATA') assert.match(await client.ask('DATA'), /^354 /);
      client.send(...end.slice(end[0] === 'DATA' ? 1 : 0));
      assert.match(await client.rest(), replies);
      await drained;
    });
  });
}

test('A door that drains takes no new connections', async () => {
  await withDoor({}, async ({ greeted, door, port }) => {
    const client = await greeted();
    await client.ask('MAIL FROM:<a@example.com>');
    const drained = door.drain();
    const late = connect(port, '127.0.0.1');
    const outcome = await Promise.race([
      once(late, 'data').then(([data]) => String(data)),
      once(late, 'connect').then(() => once(late, 'close')).then(() => 'closed'),
    ]).catch((error: NodeJS.ErrnoException) => error.code);
    late.destroy();
    assert.equal(outcome, 'ECONNREFUSED');
    client.send('QUIT');
    await drained;
  });
});

test('close() cuts sessions, waiting connections and transactions', async () => {
  await withDoor({ places: { limit: 2, waitMs: 60_000 } }, async (started: StartedDoor) => {
    const { connect, greeted, door, outlet, empty } = started;
    const idle = await greeted();
    const storing = await greeted();
    void outlet.withhold();
    storing.send(...TRANSACTION, 'x', '.');
    const waiting = await connect();
    await settle();
    await door.close();
    for (const client of [idle, storing, waiting]) await client.closed().catch(() => {});
    outlet.release();
    await empty();
    await door.close();
    await door.drain();
  });
});
