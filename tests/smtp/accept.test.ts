// The accept phase of the door on real sockets: PROXY headers, who is refused with which reply, and early talkers.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test } from 'node:test';
import { parseIpRanges } from '../../src/mail/ip-ranges.ts';
import { proxyLocal, proxyV1, proxyV2, sslTlv, tlv } from '../support/proxy-headers.ts';
import type { RecordingLog } from '../support/recording-log.ts';
import { SmtpClient } from '../support/smtp-client.ts';
import { DOOR_NAME, type DoorOptions, withDoor } from '../support/start-door.ts';
import { createTestTls, secureClient } from '../support/test-tls.ts';

const ENDS = { source: '192.0.2.1 123', destination: '198.51.100.7 25' };
const MESSAGE = ['MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA', 'Subject: x', '', 'x', '.'];
const GREETING = `220 ${DOOR_NAME} ESMTP mailchute`;
const UNKNOWN = '500 5.5.1 Command not recognized';

const ranges = parseIpRanges('127.0.0.1');
/** This host is the proxy. */
const proxies = ranges.ok ? ranges.value : [];
const behindProxy: DoorOptions = { rules: { proxies } };

/** One turn of the event loop on which loopback sockets have delivered what was sent. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

/** The fields of the events of that name, without those that differ from run to run. */
function fieldsOf(log: RecordingLog, name: string): Record<string, unknown>[] {
  const own = log.events.filter(({ event }) => event === name);
  return own.map(({ fields }) => Object.fromEntries(Object.entries(fields).filter(([key]) => key !== 'session')));
}

async function sendMessage(client: SmtpClient): Promise<void> {
  client.send('EHLO c.example', ...MESSAGE);
  for (let reply = 0; reply < 5; reply++) await client.reply();
}

for (const [version, header] of [[1, proxyV1(ENDS)], [2, proxyV2(ENDS)]] as const) {
  test(`A version ${version} header in one packet with commands gives the record its connection`, async () => {
    await withDoor(behindProxy, async ({ connect, outlet, log, empty }) => {
      const client = await connect();
      client.sendBytes(Buffer.concat([header, Buffer.from(['EHLO c.example', ...MESSAGE, 'QUIT', ''].join('\r\n'))]));
      const rest = await client.rest();
      assert.ok(rest.startsWith(`${GREETING}\r\n250-`) && rest.endsWith('\r\n221 2.0.0 Bye\r\n'), rest);
      const [record] = outlet.parsed();
      assert.deepEqual(record?.['connection'], {
        'local-ip': '198.51.100.7',
        'local-port': 25,
        'remote-ip': '192.0.2.1',
        'remote-port': 123,
        secure: false,
      });
      const opened = fieldsOf(log, 'smtp.session.opened');
      assert.deepEqual(opened, [{ remote: '192.0.2.1', proxy: '127.0.0.1', proxyVersion: version }]);
      await empty();
    });
  });

  test(`A version ${version} header byte by byte is read, and nothing is said before its end`, async () => {
    await withDoor(behindProxy, async ({ connect }) => {
      const client = await connect();
      for (const byte of header.subarray(0, -1)) {
        await new Promise((resolve) => client.socket.write(Buffer.of(byte), resolve));
      }
      await settle();
      assert.equal(client.unread, '');
      client.sendBytes(header.subarray(-1));
      assert.equal(await client.line(), GREETING);
      assert.match(await client.ask('EHLO c.example'), /^250-mx\.example\.com/);
    });
  });
}

test('IPv6 clients reach record and Received field in one form', async () => {
  await withDoor({ ...behindProxy, pipelineSettings: { addReceived: true } }, async ({ connect, outlet }) => {
    const client = await connect();
    client.sendBytes(proxyV1({ source: '2001:DB8:0:0::1 123', destination: '2001:db8::25 25' }));
    await client.reply();
    await sendMessage(client);
    const [record] = outlet.parsed();
    assert.match(String(record?.['mime']), /^Received: from c\.example \(\[IPv6:2001:db8::1\]\)\r\n/);
    assert.equal((record?.['connection'] as Record<string, unknown>)['remote-ip'], '2001:db8::1');
  });
});

test('What a header says of the client beside addresses is logged, printable or not at all', async () => {
  await withDoor(behindProxy, async ({ connect, log }) => {
    const tlvs = [tlv(2, 'mx.example.com'), tlv(5, 'id\r\n220 forged'), sslTlv(tlv(0x21, 'TLSv1.3'))];
    const client = await connect();
    client.sendBytes(proxyV2(ENDS, Buffer.concat(tlvs)));
    await client.reply();
    assert.deepEqual(fieldsOf(log, 'smtp.session.opened'), [{
      remote: '192.0.2.1',
      proxy: '127.0.0.1',
      proxyVersion: 2,
      authority: 'mx.example.com',
      sslVersion: 'TLSv1.3',
    }]);
  });
});

test('The greeting name is that of the address which the client reached', async () => {
  const greetingName = (address: string) => `mx-${address.replaceAll('.', '-')}.example.com`;
  await withDoor({ ...behindProxy, greetingName }, async ({ connect, outlet }) => {
    const client = await connect();
    client.sendBytes(proxyV1(ENDS));
    assert.match(await client.line(), /^220 mx-198-51-100-7\.example\.com /);
    await sendMessage(client);
    assert.equal(outlet.parsed()[0]?.['hostname'], 'mx-198-51-100-7.example.com');
  });
});

const badStarts = [
  { name: 'speaks SMTP', bytes: 'EHLO x\r\n', reason: 'malformed', detail: 'no PROXY protocol signature' },
  {
    name: 'sends a damaged header',
    bytes: 'PROXY TCP4 192.0.2.1 198.51.100.7 123 25 x\r\nEHLO x\r\n',
    reason: 'malformed',
    detail: 'version 1 addresses are not valid',
  },
  {
    name: 'sends nothing',
    bytes: '',
    reason: 'timeout',
    detail: 'header not complete after 50 ms, 0 bytes came',
  },
  {
    name: 'sends a part of a header',
    bytes: 'PROXY TCP4 ',
    reason: 'timeout',
    detail: 'header not complete after 50 ms, 11 bytes came',
  },
];

for (const { name, bytes, reason, detail } of badStarts) {
  test(`A listed proxy that ${name} is disconnected without a word`, async () => {
    const rules = { proxies, headerTimeoutMs: reason === 'timeout' ? 50 : 60_000 };
    await withDoor({ rules }, async ({ connect, log, empty }) => {
      const client = await connect();
      client.sendBytes(Buffer.from(bytes));
      assert.equal(await client.rest().catch(() => ''), '');
      assert.deepEqual(log.events.slice(1), [
        { event: 'smtp.proxy.invalid', fields: { peer: '127.0.0.1', reason, detail } },
      ]);
      await empty();
    });
  });
}

for (const leave of ['end', 'reset'] as const) {
  test(`A listed proxy that leaves by ${leave} before its header is forgotten`, async () => {
    await withDoor(behindProxy, async ({ connect, log, empty }) => {
      const client = await connect();
      client.sendBytes(Buffer.from('PROXY'));
      await settle();
      client[leave]();
      await client.closed().catch(() => {});
      await settle();
      assert.deepEqual(fieldsOf(log, 'smtp.proxy.invalid'), [
        { peer: '127.0.0.1', reason: 'closed', detail: 'connection ended after 5 bytes of the header' },
      ]);
      await empty();
    });
  });
}

/** Open files of this process; 0 on systems that do not show them. */
function countDescriptors(): number {
  return existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0;
}

test('1000 connections that never send a header leave nothing behind', async () => {
  const count = 1000;
  await withDoor({ rules: { proxies, headerTimeoutMs: 1500 } }, async ({ port, log, door, connect, empty }) => {
    const descriptors = countDescriptors();
    const clients = await Promise.all(Array.from({ length: count }, () => SmtpClient.connect(port)));
    const ends = clients.map((client) => client.rest().catch(() => ''));
    assert.deepEqual([...new Set(await Promise.all(ends))], ['']);
    for (const client of clients) client.close();
    await Promise.all(clients.map((client) => client.closed().catch(() => {})));
    assert.ok(countDescriptors() < descriptors + 10, `${descriptors} files before, ${countDescriptors()} after`);
    assert.equal(fieldsOf(log, 'smtp.proxy.invalid').length, count);
    assert.equal(door.sessions(), 0);
    await empty();
    const client = await connect();
    client.sendBytes(proxyV1(ENDS));
    assert.equal(await client.line(), GREETING);
    client.send('QUIT');
    await client.rest();
    await empty();
    await door.drain(); // resolves when the last socket is gone
  });
});

test('drain() ends connections that have not sent their header, without an event', async () => {
  await withDoor(behindProxy, async ({ connect, door, log }) => {
    const client = await connect();
    await settle();
    await door.drain();
    assert.equal(await client.rest().catch(() => ''), '');
    assert.deepEqual(fieldsOf(log, 'smtp.proxy.invalid'), []);
  });
});

const strangers = [
  { name: 'version 1', header: proxyV1(ENDS), replies: [UNKNOWN] },
  // Its signature holds four line ends and a QUIT, so that it ends the session of a server that takes it for commands.
  { name: 'version 2', header: proxyV2(ENDS), replies: [UNKNOWN, UNKNOWN, '500 5.5.2', '221 2.0.0 Bye'] },
];

for (const { name, header, replies } of strangers) {
  test(`A peer that is not listed and sends a ${name} header gets a syntax error and stays who it is`, async () => {
    await withDoor({}, async ({ connect, log, outlet, empty }) => {
      const client = await connect();
      client.sendBytes(header);
      assert.equal(await client.line(), GREETING);
      for (const reply of replies) assert.ok((await client.line()).startsWith(reply));
      if (replies.length === 1) {
        await sendMessage(client);
        const connection = outlet.parsed()[0]?.['connection'] as Record<string, unknown>;
        assert.equal(connection['remote-ip'], '127.0.0.1');
        client.send('QUIT');
        await client.line();
      }
      assert.equal(await client.rest(), '');
      assert.deepEqual(fieldsOf(log, 'smtp.session.opened'), [{ remote: '127.0.0.1' }]);
      await empty();
    });
  });
}

const selves = [
  { name: 'version 2 LOCAL', header: proxyLocal },
  { name: 'version 1 UNKNOWN', header: () => Buffer.from('PROXY UNKNOWN\r\n') },
  {
    name: 'a header about its own connection',
    header: ({ socket }: SmtpClient) => proxyV1({ source: `127.0.0.1 ${socket.localPort}` }),
  },
];

for (const { name, header } of selves) {
  test(`A proxy that speaks for itself by ${name} is greeted, and brings mail only from inside the range`, async () => {
    await withDoor({ ...behindProxy, isAllowed: () => false }, async ({ connect, log, places, empty }) => {
      const client = await connect();
      client.sendBytes(header(client));
      assert.equal(await client.line(), GREETING);
      assert.match(await client.ask('EHLO check.example'), /^250-/);
      assert.match(await client.ask('NOOP'), /^250 2\.0\.0 /);
      const refusal = '550 5.7.1 A connection of the proxy itself brings no mail';
      assert.equal(await client.ask('MAIL FROM:<a@example.com>'), refusal);
      assert.match(await client.ask('RCPT TO:<b@example.com>'), /^503 5\.5\.1 /);
      assert.equal(places.taken, 0);
      client.send('QUIT');
      assert.equal(await client.rest(), '221 2.0.0 Bye\r\n');
      assert.deepEqual(fieldsOf(log, 'smtp.command.rejected')[0], {
        remote: '127.0.0.1',
        reason: 'proxy',
        reply: refusal,
      });
      await empty();
    });
    await withDoor(behindProxy, async ({ connect, outlet }) => {
      const client = await connect();
      client.sendBytes(header(client));
      await client.line();
      await sendMessage(client);
      const connection = outlet.parsed()[0]?.['connection'] as Record<string, unknown>;
      assert.equal(connection['remote-ip'], '127.0.0.1');
    });
  });
}

test('A full door still greets a proxy that speaks for itself, and has no place for its mail', async () => {
  await withDoor({ ...behindProxy, places: { limit: 1, waitMs: 60_000 } }, async ({ connect }) => {
    const first = await connect();
    first.sendBytes(proxyV1(ENDS));
    await first.line();
    const check = await connect();
    check.sendBytes(proxyLocal());
    assert.equal(await check.line(), GREETING);
    assert.match(await check.ask('EHLO check.example'), /^250-/);
    assert.match(await check.ask('MAIL FROM:<a@example.com>'), /^421 4\.3\.2 /);
    assert.equal(await check.rest(), '');
  });
});

/** A proxy that sends its header together with the first bytes of the client. */
async function startProxy(port: number, header: Buffer): Promise<{ readonly port: number; close(): void }> {
  const server = createServer((client) => {
    client.once('data', (start: Buffer) => {
      client.pause();
      const onward = connect(port, '127.0.0.1', () => onward.write(Buffer.concat([header, start])));
      client.pipe(onward).on('error', () => {}).on('close', () => client.destroy());
      onward.pipe(client).on('error', () => {}).on('close', () => onward.destroy());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}

/** TLS from the first byte behind the header. */
const securely: DoorOptions = { ...behindProxy, ports: [], securePorts: [0], tls: createTestTls() };

for (const [version, header] of [[1, proxyV1(ENDS)], [2, proxyV2(ENDS)]] as const) {
  test(`A version ${version} header comes before the TLS handshake of a secure port`, async () => {
    await withDoor(securely, async ({ connect, outlet, empty }) => {
      const outside = await connect();
      outside.sendBytes(header);
      const client = await secureClient(outside);
      assert.equal(await client.line(), GREETING);
      await sendMessage(client);
      const connection = outlet.parsed()[0]?.['connection'] as Record<string, unknown>;
      assert.deepEqual([connection['remote-ip'], connection['local-port'], connection['secure']], [
        '192.0.2.1',
        25,
        true,
      ]);
      client.close();
      await empty();
    });
  });

  test(`A version ${version} header may share a packet with the start of the TLS handshake`, async () => {
    await withDoor(securely, async ({ port, empty }) => {
      const proxy = await startProxy(port, header);
      const client = await secureClient(await SmtpClient.connect(proxy.port));
      assert.equal(await client.line(), GREETING);
      client.close();
      await empty();
      proxy.close();
    });
  });
}

test('STARTTLS works behind a header, and the client stays who it is', async () => {
  await withDoor({ ...behindProxy, tls: createTestTls() }, async ({ connect, outlet }) => {
    const outside = await connect();
    outside.sendBytes(proxyV2(ENDS));
    await outside.reply();
    await outside.ask('EHLO c.example');
    assert.match(await outside.ask('STARTTLS'), /^220 /);
    const client = await secureClient(outside);
    await sendMessage(client);
    const connection = outlet.parsed()[0]?.['connection'] as Record<string, unknown>;
    assert.deepEqual([connection['remote-ip'], connection['secure']], ['192.0.2.1', true]);
  });
});

test('A client of a secure port is refused inside TLS, and a proxy that speaks for itself is greeted', async () => {
  await withDoor({ ...securely, isAllowed: () => false }, async ({ connect, empty }) => {
    for (const [header, reply] of [[proxyV1(ENDS), '554 5.7.1'], [proxyLocal(), '220 ']] as const) {
      const outside = await connect();
      outside.sendBytes(header);
      const client = await secureClient(outside);
      assert.ok((await client.line()).startsWith(reply));
      client.close();
    }
    await empty();
  });
});

test('A connection counts for its client while it shakes hands', async () => {
  await withDoor({ ...securely, rules: { proxies, maxPerAddress: 1 } }, async ({ connect, empty }) => {
    const shaking = await connect();
    shaking.sendBytes(proxyV1(ENDS));
    await settle();
    const second = await connect();
    second.sendBytes(proxyV1(ENDS));
    assert.match(await (await secureClient(second)).line(), /^421 4\.7\.0 /);
    shaking.reset();
    second.reset();
    await empty();
  });
});

const refused: readonly {
  readonly name: string;
  readonly options: DoorOptions;
  readonly reason: string;
  readonly reply: string;
}[] = [
  {
    name: 'outside the range',
    options: { isAllowed: (address, source) => address === '127.0.0.1' && source === 'socket' },
    reason: 'range',
    reply: '554 5.7.1 Your address is not allowed to connect',
  },
  {
    name: 'on the list of blocked addresses',
    options: { rules: { proxies, isBlocked: (address) => address === '192.0.2.1' } },
    reason: 'blocklist',
    reply: '554 5.7.1 Your address is blocked',
  },
];

for (const { name, options, reason, reply } of refused) {
  test(`A client behind a proxy that is ${name} is refused, and the log says who and why`, async () => {
    const places = { limit: 1, waitMs: 60_000 };
    await withDoor({ ...behindProxy, places, ...options }, async ({ connect, log, places: taken, empty }) => {
      const client = await connect();
      client.sendBytes(Buffer.concat([proxyV1(ENDS), Buffer.from('EHLO c.example\r\nMAIL FROM:<>\r\n')]));
      assert.equal(await client.rest(), `${reply}\r\n`);
      assert.equal(taken.taken, 0);
      const fields = { remote: '192.0.2.1', proxy: '127.0.0.1', proxyVersion: 1, reason, reply };
      assert.deepEqual(fieldsOf(log, 'smtp.session.refused'), [fields]);
      await empty();
    });
  });
}

test('Connections of one client beyond the cap get 421 4.7.0, and another client does not', async () => {
  await withDoor({ rules: { proxies, maxPerAddress: 2 } }, async ({ connect, log, gate, empty }) => {
    const connectAs = async (source: string) => {
      const client = await connect();
      client.sendBytes(proxyV1({ source }));
      return client;
    };
    const [first, second] = [await connectAs('192.0.2.1 1'), await connectAs('192.0.2.1 2')];
    for (const client of [first, second]) assert.equal(await client.line(), GREETING);
    const third = await connectAs('192.0.2.1 3');
    assert.equal(await third.rest(), '421 4.7.0 Too many connections from your address, try again later\r\n');
    assert.deepEqual(fieldsOf(log, 'smtp.session.refused').map(({ reason }) => reason), ['connections-per-ip']);
    const other = await connectAs('2001:db8::1 1');
    assert.equal(await other.line(), GREETING);
    assert.equal(gate.addresses, 2);
    first.send('QUIT');
    await first.rest();
    first.close();
    await settle();
    const fourth = await connectAs('192.0.2.1 4');
    assert.equal(await fourth.line(), GREETING);
    for (const client of [second, third, fourth, other]) client.reset();
    await empty();
  });
});

test('A connection that waits for a place counts for its client', async () => {
  const options = { places: { limit: 1, waitMs: 60_000 }, rules: { maxPerAddress: 2 } };
  await withDoor(options, async ({ connect, greeted }) => {
    await greeted();
    const waiting = await connect();
    await settle();
    assert.equal(waiting.unread, '');
    assert.match(await (await connect()).rest(), /^421 4\.7\.0 /);
  });
});

const EARLY = '554 5.5.1 You spoke before the greeting\r\n';

test('A client that speaks before a delayed greeting is refused', async () => {
  await withDoor({ settings: { greetingDelayMs: 60_000 } }, async ({ connect, log, places, empty }) => {
    const client = await connect();
    await settle();
    assert.equal(client.unread, '');
    client.sendBytes(Buffer.from('E')); // no line end is needed
    client.send('HLO c.example', ...MESSAGE);
    assert.equal(await client.rest(), EARLY);
    assert.deepEqual(fieldsOf(log, 'smtp.session.refused'), [
      { remote: '127.0.0.1', reason: 'early-talker', reply: EARLY.trimEnd() },
    ]);
    client.close();
    await empty();
    assert.equal(places.taken, 0);
  });
});

test('A patient client is greeted after the delay', async () => {
  await withDoor({ settings: { greetingDelayMs: 30 } }, async ({ connect, outlet, empty }) => {
    const client = await connect();
    assert.equal(await client.line(), GREETING);
    await sendMessage(client);
    assert.equal(outlet.records.length, 1);
    client.close();
    await empty();
  });
});

for (const leave of ['end', 'reset'] as const) {
  test(`A client that leaves by ${leave} before a delayed greeting is forgotten`, async () => {
    await withDoor({ settings: { greetingDelayMs: 50 } }, async ({ connect, log, empty }) => {
      const client = await connect();
      await settle();
      client[leave]();
      await client.closed().catch(() => {});
      assert.equal(client.unread, '');
      await empty();
      await new Promise((resolve) => setTimeout(resolve, 60));
      assert.deepEqual(fieldsOf(log, 'smtp.session.opened'), []);
    });
  });
}

test('drain() does not wait for a delayed greeting', async () => {
  await withDoor({ settings: { greetingDelayMs: 60_000 } }, async ({ connect, door, log }) => {
    const client = await connect();
    await settle();
    const drained = door.drain();
    assert.match(await client.rest(), /^421 4\.3\.2 /);
    await drained;
    assert.deepEqual(fieldsOf(log, 'smtp.session.opened'), []);
  });
});

test('Behind a proxy commands in the packet of the header are too early for a delayed greeting', async () => {
  await withDoor({ ...behindProxy, settings: { greetingDelayMs: 60_000 } }, async ({ connect }) => {
    const client = await connect();
    client.sendBytes(Buffer.concat([proxyV2(ENDS), Buffer.from('EHLO c.example\r\n')]));
    assert.equal(await client.rest(), EARLY);
  });
});

test('The greeting of a proxy that speaks for itself is not delayed', async () => {
  await withDoor({ ...behindProxy, settings: { greetingDelayMs: 60_000 } }, async ({ connect }) => {
    const client = await connect();
    client.sendBytes(proxyLocal());
    assert.equal(await client.line(), GREETING);
  });
});
