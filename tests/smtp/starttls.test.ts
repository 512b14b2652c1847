// STARTTLS and secure ports on real connections: what TLS leaves in records and log, and what broken handshakes leave.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { makePair } from '../support/certificates.ts';
import { decodeMime } from '../support/read-record.ts';
import type { SmtpClient } from '../support/smtp-client.ts';
import { type DoorOptions, type StartedDoor, withDoor } from '../support/start-door.ts';
import { createTestTls, secureClient } from '../support/test-tls.ts';

const TRANSACTION = ['MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA'];

const plain = (options: DoorOptions = {}): DoorOptions => ({ tls: createTestTls(), ...options });
const implicit = (options: DoorOptions = {}): DoorOptions => plain({ ports: [], securePorts: [0], ...options });

/** One turn of the event loop on which loopback sockets have delivered what was sent. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

/** A client that has said STARTTLS and may begin the handshake. */
async function atHandshake({ greeted }: StartedDoor): Promise<SmtpClient> {
  const client = await greeted();
  assert.match(await client.ask('STARTTLS'), /^220 2\.0\.0 /);
  return client;
}

/** A client inside TLS that has said EHLO. */
async function inside(door: StartedDoor): Promise<SmtpClient> {
  const client = await secureClient(await atHandshake(door));
  await client.ask('EHLO inside.example.com');
  return client;
}

function failures({ log }: StartedDoor): unknown[] {
  return log.events.filter(({ event }) => event === 'smtp.tls.failed').map(({ fields }) => fields['reason']);
}

test('Version and cipher stand in the record, in Received and in the log', async () => {
  await withDoor(plain({ pipelineSettings: { addReceived: true } }), async (door) => {
    const client = await inside(door);
    for (const line of TRANSACTION) await client.ask(line);
    assert.match(await client.ask('Subject: x', '', '.'), /^250/);
    const socket = client.socket as TLSSocket;
    const facts = { version: socket.getProtocol(), cipher: socket.getCipher().name };
    const [record] = door.outlet.parsed();
    assert.deepEqual(record?.['tls'], facts);
    assert.equal((record?.['connection'] as { secure: boolean }).secure, true);
    assert.equal(record?.['helo'], 'inside.example.com');
    const mime = decodeMime(record ?? {}).toString('utf8');
    const clause = `with ESMTPS (${facts.version} ${facts.cipher}) id `;
    assert.ok(mime.includes(`\r\n\tby mx.example.com ${clause}`), mime);
    const started = door.log.events.find(({ event }) => event === 'smtp.tls.started')?.fields;
    assert.deepEqual([started?.['version'], started?.['cipher']], [facts.version, facts.cipher]);
  });
});

test('A record from a session in the clear has no tls', async () => {
  await withDoor(plain(), async ({ greeted, outlet }) => {
    const client = await greeted();
    for (const line of TRANSACTION) await client.ask(line);
    await client.ask('Subject: x', '', '.');
    const [record] = outlet.parsed();
    assert.equal(record?.['tls'], undefined);
    assert.equal((record?.['connection'] as { secure: boolean }).secure, false);
  });
});

const settings = { maxBytes: 10_000_000 };
for (const [name, options] of [['STARTTLS', plain({ settings })], ['a secure port', implicit({ settings })]] as const) {
  test(`Megabytes of random bytes come through ${name} as they are, and pipelined replies in order`, async () => {
    await withDoor(options, async (door) => {
      const first = name === 'STARTTLS' ? await inside(door) : await secureClient(await door.connect());
      if (name !== 'STARTTLS') assert.match((await first.reply()).join(), /^220 /);
      const body = randomBytes(3_000_000).toString('base64').replace(/.{76}/g, '$&\r\n');
      first.send('EHLO c.example', ...TRANSACTION);
      assert.match((await first.reply()).join(), /^250-/);
      for (const code of ['250', '250', '354']) assert.ok((await first.line()).startsWith(code));
      assert.match(await first.ask('Subject: x', '', body, '.', 'NOOP'), /^250-2\.0\.0 /);
      assert.match(await first.ask('QUIT'), /^250 2\.0\.0 Ok$/);
      assert.match(await first.rest(), /^221 /);
      assert.equal(decodeMime(door.outlet.parsed()[0] ?? {}).toString(), `Subject: x\r\n\r\n${body}\r\n`);
      await door.empty();
    });
  });
}

test('Bytes in the clear between the 220 and the handshake are never taken for commands', async () => {
  await withDoor(plain(), async (door) => {
    const client = await atHandshake(door);
    client.send('EHLO injected.example', ...TRANSACTION);
    await assert.rejects(secureClient(client));
    await door.empty();
    assert.deepEqual(failures(door), ['failed']);
    assert.equal(door.outlet.records.length, 0);
  });
});

test('Commands in a packet of their own right behind STARTTLS are dropped or break the handshake', async () => {
  await withDoor(plain(), async (door) => {
    for (let round = 0; round < 20; round++) {
      const client = await door.greeted();
      client.send('STARTTLS');
      if (round % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
      client.send('EHLO injected.example', ...TRANSACTION);
      assert.match((await client.reply()).join(), /^220 2\.0\.0 /);
      const secure = await secureClient(client).catch(() => undefined);
      if (secure === undefined) continue;
      assert.match(await secure.ask('RCPT TO:<b@example.com>'), /^503 5\.5\.1 /);
      assert.match(await secure.ask('EHLO inside.example'), /^250-mx\.example\.com\n/);
      secure.close();
    }
    await door.empty();
    assert.equal(door.outlet.records.length, 0);
  });
});

const half = Uint8Array.of(22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3);
const breakers: readonly (readonly [name: string, act: (client: SmtpClient) => void])[] = [
  ['garbage', (client) => client.send('this is no TLS')],
  ['a half handshake and a close', (client) => (client.sendBytes(half), client.end())],
  ['a half handshake and a reset', (client) => (client.sendBytes(half), client.reset())],
  ['a close', (client) => client.end()],
  ['a reset', (client) => client.reset()],
  ['silence', () => {}],
  ['a half handshake and silence', (client) => client.sendBytes(half)],
];

for (const [name, act] of breakers) {
  test(`A handshake that ends with ${name} ends the session`, async () => {
    const tls = createTestTls({ handshakeTimeoutMs: 50 });
    await withDoor(plain({ tls, ports: [0], securePorts: [0] }), async (door) => {
      act(await atHandshake(door));
      await door.empty();
      assert.equal(failures(door).length, 1);
      assert.ok(!door.log.events.some(({ event }) => event === 'gateway.fault'));
    });
    await withDoor(implicit({ tls }), async (door) => {
      act(await door.connect());
      await door.empty();
      assert.equal(failures(door).length, 1);
      const events = door.log.events.map(({ event }) => event);
      assert.ok(!events.includes('smtp.session.opened'), 'nobody was greeted');
      assert.ok(!events.includes('gateway.fault'));
    });
  });
}

test('A hundred broken handshakes leave no session, no place, no address and no socket', async () => {
  const tls = createTestTls({ handshakeTimeoutMs: 200 });
  const options = plain({
    tls,
    securePorts: [0],
    places: { limit: 1000, waitMs: 1000 },
    rules: { maxPerAddress: 500 },
  });
  await withDoor(options, async (door) => {
    for (let round = 0; round < 50; round++) {
      const act = breakers[round % breakers.length]?.[1];
      act?.(await atHandshake(door));
      act?.(await door.connect(door.door.bound[1]?.port));
    }
    await door.empty();
    assert.equal(failures(door).length, 100);
    const [opened, closed] = ['smtp.session.opened', 'smtp.session.closed'].map((wanted) =>
      door.log.events.filter(({ event }) => event === wanted).length
    );
    assert.deepEqual([opened, closed], [50, 100]);
    await door.door.drain(); // resolves when the listening sockets have no connection left
  });
});

test('drain() and close() end handshakes and sessions inside TLS', async () => {
  await withDoor(plain({ securePorts: [0] }), async (door) => {
    const [first, second] = [await atHandshake(door), await door.connect(door.door.bound[1]?.port)];
    const idle = await inside(door);
    const busy = await inside(door);
    for (const line of TRANSACTION) await busy.ask(line);
    await settle();
    const drained = door.door.drain();
    assert.match(await idle.rest(), /^421 4\.3\.2 /);
    assert.deepEqual([await first.rest(), await second.rest()], ['', '']);
    assert.match(await busy.ask('Subject: x', '.'), /^250-2\.0\.0 /);
    assert.match(await busy.rest(), /^421 4\.3\.2 /);
    await drained;
    assert.deepEqual(failures(door), [], 'whom we leave has not failed');
  });
  await withDoor(plain({ securePorts: [0] }), async (door) => {
    const clients = [await atHandshake(door), await door.connect(door.door.bound[1]?.port), await inside(door)];
    await settle();
    await door.door.close();
    for (const client of clients) await client.closed().catch(() => {});
    await door.empty();
  });
});

test('Silence inside TLS ends the session with 421 4.4.2', async () => {
  await withDoor(plain({ settings: { idleTimeoutMs: 150 } }), async (door) => {
    const client = await inside(door);
    for (let pause = 0; pause < 8; pause++) {
      await settle();
      assert.match(await client.ask('NOOP'), /^250 /, 'activity inside TLS counts');
    }
    assert.match(await client.rest(), /^421 4\.4\.2 /);
    await door.empty();
  });
});

test('A client that closes its side inside TLS gets the replies it waits for', async () => {
  await withDoor(plain(), async (door) => {
    const client = await inside(door);
    client.send(...TRANSACTION);
    for (let line = 0; line < 3; line++) await client.line();
    const arrived = door.outlet.withhold();
    client.send('Subject: x', '.');
    client.end();
    await arrived;
    door.outlet.release();
    assert.match(await client.rest(), /^250-2\.0\.0 [^]*for b@example\.com\r\n$/);
    await door.empty();
    assert.equal(door.outlet.records.length, 1);
  });
});

test('A reset inside TLS ends the session, in a transaction with nothing promised', async () => {
  await withDoor(plain(), async (door) => {
    const outside = await atHandshake(door);
    const client = await secureClient(outside);
    await client.ask('EHLO inside.example.com');
    for (const line of TRANSACTION) await client.ask(line);
    client.send('Subject: half');
    await settle();
    outside.reset();
    await door.empty();
    assert.equal(door.outlet.records.length, 0);
    assert.ok(door.log.events.some(({ event }) => event === 'smtp.transaction.broken'));
  });
});

test('A new certificate is for new sessions, and those that are open go on', async () => {
  const tls = { ...createTestTls(), certificate: { ...createTestTls().certificate } };
  await withDoor(plain({ tls, securePorts: [0] }), async (door) => {
    const subject = (client: SmtpClient) => (client.socket as TLSSocket).getPeerCertificate().subject.CN;
    const before = await inside(door);
    const started = await atHandshake(door);
    assert.equal(subject(before), 'mx.example.com');
    const pair = makePair('renewed.example.com');
    Object.assign(tls.certificate, createTestTls({ pair }).certificate);
    const trust = { ca: pair.certificate, servername: 'renewed.example.com' };
    const after = await secureClient(await atHandshake(door), trust);
    const onSecurePort = await secureClient(await door.connect(door.door.bound[1]?.port), trust);
    assert.deepEqual([subject(after), subject(onSecurePort)], ['renewed.example.com', 'renewed.example.com']);
    for (const line of TRANSACTION) await before.ask(line);
    assert.match(await before.ask('Subject: x', '.'), /^250/);
    started.close();
  });
});

test('A secure connection that waits for a place shakes hands in its turn', async () => {
  await withDoor(implicit({ places: { limit: 1, waitMs: 60_000 } }), async (door) => {
    const first = await secureClient(await door.connect());
    assert.match((await first.reply()).join(), /^220 /);
    const waiting = secureClient(await door.connect());
    await settle();
    first.send('QUIT');
    assert.match((await (await waiting).reply()).join(), /^220 /);
  });
});

test('On a secure port the greeting delay begins behind the handshake', async () => {
  const settings = { greetingDelayMs: 60 };
  await withDoor(implicit({ settings }), async (door) => {
    const patient = await secureClient(await door.connect());
    assert.match((await patient.reply()).join(), /^220 /);
    const hasty = await secureClient(await door.connect());
    hasty.send('EHLO hasty.example');
    assert.match(await hasty.rest(), /^554 5\.5\.1 /);
  });
});

test('A client of a secure port that speaks no TLS is told nothing', async () => {
  await withDoor(implicit(), async (door) => {
    const client = await door.connect();
    client.send('EHLO client.example.com');
    const answer = Buffer.from(await client.rest());
    assert.ok(answer.length === 0 || answer[0] === 21, 'nothing or a TLS alert');
    assert.deepEqual(failures(door), ['failed']);
    await door.empty();
  });
});

test('A secure port without a certificate cannot be opened', async () => {
  await assert.rejects(withDoor({ securePorts: [0] }, async () => {}), /Cannot open a secure port/);
});
