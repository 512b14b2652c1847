// 10,000 connections that break in every state of a session: none of them leaves a session, a descriptor or memory behind.
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import nodemailer from 'nodemailer';
import { breakConnection, BREAKS, type Journey } from '../support/breaking-client.ts';
import { freePorts } from '../support/free-port.ts';
import { type Gateway, removeGateway, startGateway } from '../support/gateway.ts';
import {
  openDescriptors,
  residentBytes,
  settledDescriptors,
  SMALL_HEAP,
  untilQuiet,
} from '../support/process-figures.ts';

const CONNECTIONS = 10_000;
const AT_ONCE = 60;
// Below twice of what comes at once: were places not given back, the door would soon be full.
const PLACES = 100;
// By then everything that is loaded late is loaded, and the heap has its working size.
const WARM_UP = 5_000;
// About 3 KB for each connection after the warm-up; a session that is kept weighs twice that, without its socket.
const GROWTH_BYTES = 16 * 1024 * 1024;

const HELLO = 'EHLO client.example\r\n';
const ENVELOPE = 'MAIL FROM:<a@example.com>\r\nRCPT TO:<local@example.org>\r\n';
const MESSAGE = 'Subject: x\r\n\r\ntext\r\n.\r\n';
const BIG = `${'a line of content\r\n'.repeat(5_000)}`;
const PROXY = 'PROXY TCP4 192.0.2.7 198.51.100.1 40001 25\r\n';
const CLIENT_HELLO = Buffer.from('16030100f8010000f40303', 'hex');

const JOURNEYS: readonly Journey[] = [
  { name: 'before the greeting', bytes: '', replies: 0 },
  { name: 'after the greeting', bytes: '', replies: 1 },
  { name: 'in a command', bytes: 'EHLO cli', replies: 1 },
  { name: 'after EHLO', bytes: HELLO, replies: 2 },
  { name: 'after MAIL', bytes: HELLO + ENVELOPE.split('RCPT')[0], replies: 3 },
  { name: 'after RCPT', bytes: HELLO + ENVELOPE, replies: 4 },
  { name: 'after DATA', bytes: `${HELLO}${ENVELOPE}DATA\r\n`, replies: 5 },
  { name: 'in the content', bytes: `${HELLO}${ENVELOPE}DATA\r\nSubject: x\r\n\r\n.`, replies: 5 },
  { name: 'in much content', bytes: `${HELLO}${ENVELOPE}DATA\r\n${BIG}`, replies: 5 },
  { name: 'at the end of the content', bytes: `${HELLO}${ENVELOPE}DATA\r\n${MESSAGE}`, replies: 5 },
  { name: 'after a message', bytes: `${HELLO}${ENVELOPE}DATA\r\n${MESSAGE}`, replies: 6 },
  { name: 'after QUIT', bytes: 'QUIT\r\n', replies: 2 },
  { name: 'in a line without end', bytes: 'x'.repeat(50_000), replies: 1 },
  { name: 'after nonsense', bytes: 'XYZZY\r\n'.repeat(30), replies: 21 },
  { name: 'with replies unread', bytes: 'HELP\r\n'.repeat(2_000), replies: 1 },
  { name: 'as an HTTP client', bytes: 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', replies: 2 },
  { name: 'after STARTTLS', bytes: `${HELLO}STARTTLS\r\n`, replies: 3 },
  {
    name: 'in the handshake after STARTTLS',
    bytes: Buffer.concat([Buffer.from('STARTTLS\r\n'), CLIENT_HELLO]),
    replies: 2,
  },
  {
    name: 'inside TLS after STARTTLS',
    bytes: 'STARTTLS\r\n',
    replies: 2,
    inside: { bytes: `${HELLO}AUTH LOGIN\r\n`, replies: 2 },
  },
  { name: 'before the handshake', bytes: '', replies: 0, secure: true },
  { name: 'in the handshake', bytes: CLIENT_HELLO, replies: 0, secure: true },
  { name: 'without TLS where it is due', bytes: HELLO, replies: 0, secure: true },
  {
    name: 'inside TLS',
    bytes: '',
    replies: 0,
    secure: true,
    inside: { bytes: `${HELLO}${ENVELOPE}DATA\r\ntext`, replies: 5 },
  },
  { name: 'before the PROXY header', bytes: '', replies: 0, proxied: true },
  { name: 'in the PROXY header', bytes: PROXY.slice(0, 20), replies: 0, proxied: true },
  { name: 'after the PROXY header', bytes: PROXY, replies: 1, proxied: true },
  { name: 'behind the PROXY header', bytes: `${PROXY}${HELLO}${ENVELOPE}DATA\r\ntext`, replies: 5, proxied: true },
  { name: 'with another PROXY header than is known', bytes: 'PROXY UDP4 x\r\n', replies: 0, proxied: true },
];

let gateway: Gateway;
let securePort: number;
before(async () => {
  [securePort = 0] = await freePorts(1);
  const directory = mkdtempSync(join(tmpdir(), 'mailchute-e2e-'));
  writeFileSync(join(directory, 'local.txt'), 'exact local@example.org\n');
  gateway = await startGateway({
    directory,
    env: SMALL_HEAP,
    config: {
      'smtp-secure-port': securePort,
      'smtp-certificate': 'self-signed',
      'smtp-auth': 'hardcoded://user:secret',
      'local-addresses': join(directory, 'local.txt'),
      'smtp-proxy': '127.0.0.2',
      'smtp-connections': PLACES,
      'smtp-connections-per-ip': PLACES,
    },
  });
});
after(async () => {
  if (gateway !== undefined) await removeGateway(gateway);
});

/** Which journey the n-th connection makes, how it ends, and whether it waits for answers: every combination in turn. */
function breakNth(n: number): Promise<void> {
  const journey = JOURNEYS[n % JOURNEYS.length] as Journey;
  const round = Math.floor(n / JOURNEYS.length);
  const how = BREAKS[round % BREAKS.length] ?? 'close';
  const hasty = Math.floor(round / BREAKS.length) % 2 === 1;
  return breakConnection(journey, how, { plain: gateway.ports.smtp, secure: securePort, proxy: '127.0.0.2', hasty });
}

async function breakMany(from: number, to: number, descriptors: number): Promise<void> {
  const pid = gateway.process.pid ?? 0;
  for (let start = from; start < to; start += AT_ONCE) {
    const length = Math.min(AT_ONCE, to - start);
    await Promise.all(Array.from({ length }, (_, index) => breakNth(start + index)));
    await untilQuiet(pid, descriptors);
  }
}

async function sendMail(): Promise<string> {
  const transport = nodemailer.createTransport({
    host: '127.0.0.1',
    port: gateway.ports.smtp,
    tls: { rejectUnauthorized: false },
    auth: { user: 'user', pass: 'secret' },
  });
  const { response } = await transport.sendMail({
    from: 'a@example.com',
    to: 'b@example.org',
    subject: 'x',
    text: 'x',
  });
  transport.close();
  return /(\w+) for b@example\.org/.exec(response)?.[1] ?? response;
}

/** Every session that was opened was closed, and nothing unexpected happened. */
function assertLog(): void {
  const idsOf = (name: string) => gateway.events(name).map(({ session }) => session);
  const closed = new Set(idsOf('smtp.session.closed'));
  assert.deepEqual(idsOf('smtp.session.opened').filter((id) => !closed.has(id)), []);
  assert.deepEqual(gateway.events('gateway.fault'), []);
}

async function assertKept(ids: readonly string[]): Promise<void> {
  const lines = (await gateway.run('queue', 'get', 'inbox')).trim().split('\n');
  const kept = new Set(lines.map((line) => (JSON.parse(line) as { 'message-id': string })['message-id']));
  for (const id of ids) assert.ok(kept.has(id), id);
}

const toMiB = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

test(`${CONNECTIONS} broken connections leave no session, descriptor or memory, and mail is taken after them`, async () => {
  const pid = gateway.process.pid ?? 0;
  const startedAt = Date.now();
  const first = await sendMail();
  await breakMany(0, AT_ONCE, Infinity);
  const descriptors = await settledDescriptors(pid);
  await breakMany(AT_ONCE, WARM_UP, descriptors);
  const warm = residentBytes(pid);
  await breakMany(WARM_UP, CONNECTIONS, descriptors);
  const grown = residentBytes(pid) - warm;
  const last = await sendMail();
  await untilQuiet(pid, descriptors);
  console.log(
    `${CONNECTIONS} connections broken in ${JOURNEYS.length} states in ${
      Math.round((Date.now() - startedAt) / 1000)
    } s: ` +
      `descriptors ${descriptors} before, ${openDescriptors(pid)} after; resident ${toMiB(warm)} after ${WARM_UP}, ` +
      `${toMiB(warm + grown)} after all: ${toMiB(grown)} more, ${toMiB(GROWTH_BYTES)} allowed`,
  );
  assert.ok(grown < GROWTH_BYTES, `${toMiB(grown)} of memory more`);
  assertLog();
  await assertKept([first, last]);
  await gateway.end('SIGTERM');
  assert.equal(gateway.events('gateway.draining')[0]?.['sessions'], 0);
  assert.equal(gateway.events('gateway.stopped').length, 1);
});
