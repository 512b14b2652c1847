// Mail transfer agents nobody here wrote use a door as their smart host: in the clear, with TLS, logged in and behind HAProxy.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { parseIpRanges } from '../../src/mail/ip-ranges.ts';
import { freePorts } from '../support/free-port.ts';
import { startHaproxy } from '../support/haproxy.ts';
import { type Handover, SENDER_NAME } from '../support/handover.ts';
import { MAIL_SENDERS } from '../support/mail-senders.ts';
import { decodeMime } from '../support/read-record.ts';
import { DOOR_NAME, type DoorOptions, type StartedDoor, withDoor } from '../support/start-door.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { MAILER, openTestAuthenticator } from '../support/test-logins.ts';
import { createTestTls, TEST_PAIR } from '../support/test-tls.ts';
import type { PublishedRecord } from '../support/validate-record.ts';

/** The whole 127.0.0.0/8 belongs to this host: the agents are at another address than the proxy. */
const SOURCE = '127.0.0.3';
const FROM = 'sender@example.com';
const TO = 'recipient@example.net';
/** Whole, so that no agent has a field to add but Received. */
const CONTENT = [
  'Date: Thu, 01 Jan 2026 00:00:00 +0000',
  `From: Absenderin <${FROM}>`,
  `To: ${TO}`,
  'Message-ID: <1@example.com>',
  'Subject: by smart host',
  'MIME-Version: 1.0',
  'Content-Type: text/plain; charset=utf-8',
  'Content-Transfer-Encoding: 8bit',
  '',
  '.',
  '..',
  '.hidden: änderung, 日本語, 🙂',
  '',
  'From here on nothing special.',
  '',
].join('\n');

function prepare(context: TestContext): Omit<Handover, 'port' | 'tls'> {
  const directory = makeTemporaryDirectory(context);
  const ca = join(directory, 'ca.pem');
  writeFileSync(ca, TEST_PAIR.certificate);
  return { host: DOOR_NAME, ca, content: CONTENT, from: FROM, to: TO, source: SOURCE, directory };
}

/** The one record is what was sent, from where it was sent; only Received fields stand before it. */
function assertDelivered({ outlet }: StartedDoor, remoteIp = SOURCE): PublishedRecord {
  const [record, ...more] = outlet.parsed();
  assert.deepEqual(more, []);
  assert.ok(record);
  assert.deepEqual([record['envelope'], record['recipient'], record['helo']], [FROM, TO, SENDER_NAME]);
  assert.equal((record['connection'] as { readonly 'remote-ip'?: string })['remote-ip'], remoteIp);
  const mime = decodeMime(record).toString('utf8');
  assert.equal(mime.replace(/^(?:Received: .*\r\n(?:[ \t].*\r\n)*)*/, ''), CONTENT.replaceAll('\n', '\r\n'));
  return record;
}

function connectionOf(record: PublishedRecord): { readonly secure?: boolean; readonly user?: string } {
  return record['connection'] as { readonly secure?: boolean; readonly user?: string };
}

const withLogin: DoorOptions = { authenticator: (log) => openTestAuthenticator(log) };
const ways = [
  { name: 'in the clear', tls: 'none', login: undefined },
  { name: 'by STARTTLS', tls: 'starttls', login: undefined },
  { name: 'by TLS from the first byte', tls: 'implicit', login: undefined },
  { name: 'by STARTTLS and logged in', tls: 'starttls', login: MAILER },
  { name: 'by TLS from the first byte and logged in', tls: 'implicit', login: MAILER },
] as const;

for (const { name, send } of MAIL_SENDERS) {
  for (const { name: way, tls, login } of ways) {
    test(`${name} delivers ${way}`, async (context) => {
      const handover = { ...prepare(context), tls, login };
      const options = { tls: createTestTls(), securePorts: [0], ...(login === undefined ? {} : withLogin) };
      await withDoor(options, async (door) => {
        const port = door.door.bound.find(({ secure }) => secure === (tls === 'implicit'))?.port ?? 0;
        await send({ ...handover, port });
        const record = assertDelivered(door);
        const { secure, user } = connectionOf(record);
        assert.deepEqual([secure, user], [tls !== 'none', login?.username]);
        const version = (record['tls'] as { readonly version?: string } | undefined)?.version;
        assert.equal(version, tls === 'none' ? undefined : 'TLSv1.3');
        await door.empty();
      });
    });
  }

  test(`${name} with a wrong password is told that nothing was delivered`, async (context) => {
    const login = { ...MAILER, password: 'wrong' };
    const handover = { ...prepare(context), tls: 'starttls', login } as const;
    await withDoor({ tls: createTestTls(), ...withLogin }, async ({ port, outlet }) => {
      await assert.rejects(send({ ...handover, port }), /535/);
      assert.equal(outlet.records.length, 0);
    });
  });

  test(`${name} delivers through HAProxy, which says where it is`, async (context) => {
    const proxies = parseIpRanges('127.0.0.1');
    assert.ok(proxies.ok);
    const options = { tls: createTestTls(), rules: { proxies: proxies.value } };
    await withDoor(options, async (door) => {
      const [port = 0] = await freePorts(1);
      const haproxy = await startHaproxy(toHaproxy(port, door.port));
      try {
        await send({ ...prepare(context), tls: 'starttls', port });
      } finally {
        await haproxy.stop();
      }
      const record = assertDelivered(door);
      assert.equal(connectionOf(record).secure, true);
      assert.equal((record['connection'] as { readonly 'local-port'?: number })['local-port'], port);
    });
  });
}

function toHaproxy(port: number, to: number): string {
  return `
global
    stats socket /run/haproxy/admin.sock mode 600 level admin
defaults
    mode tcp
    timeout connect 5s
    timeout client 30s
    timeout server 30s
listen smtp
    bind 127.0.0.1:${port}
    server mx1 127.0.0.1:${to} send-proxy-v2
`;
}
