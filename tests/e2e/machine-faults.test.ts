// A machine that fails the gateway: a damaged queue file, a full disk, a clock that jumps. Replies, events, and the way back.
import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { test, type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { type Gateway, gatewayCommand, removeGateway, runGateway, startGateway } from '../support/gateway.ts';
import { connectRaw } from '../support/raw-http.ts';
import { SmtpClient } from '../support/smtp-client.ts';

const HOUR_S = 3600;

async function greet({ ports }: Gateway): Promise<SmtpClient> {
  const client = await SmtpClient.connect(ports.smtp);
  await client.reply();
  await client.ask('EHLO client.example');
  return client;
}

/** Sends one message; resolves to the last line of the reply. */
async function smtp(gateway: Gateway, client?: SmtpClient): Promise<string> {
  const session = client ?? await greet(gateway);
  for (const line of ['MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.org>', 'DATA']) await session.ask(line);
  const reply = await session.ask('Subject: x', '', 'body', '.');
  if (client === undefined) session.close();
  return reply.split('\n').at(-1) ?? '';
}

async function http({ ports }: Gateway, key = ''): Promise<Response> {
  return await fetch(`http://127.0.0.1:${ports.http}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key === '' ? {} : { 'idempotency-key': key }) },
    body: JSON.stringify({ envelope: '', recipient: 'b@example.org', mime: 'Subject: x\n\nbody\n' }),
  });
}

async function readyz({ ports }: Gateway): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${ports.http}/readyz`);
  return { status: response.status, text: await response.text() };
}

/** Writes nonsense over a file, which stays the same file. */
function garble(path: string): void {
  const { size } = statSync(path);
  const descriptor = openSync(path, 'r+');
  writeSync(descriptor, Buffer.alloc(size, 0xa5), 0, size, 0);
  closeSync(descriptor);
}

const toId = (reply: string) => /^250 2\.0\.0 (\w+) for /.exec(reply)?.[1] ?? assert.fail(reply);

test('A queue file that is damaged under the gateway defers mail and says so; the next start ends with 1', async (context) => {
  const gateway = await startGateway();
  context.after(() => removeGateway(gateway));
  const path = join(gateway.directory, 'queue.db');
  assert.match(await smtp(gateway), /^250 /);
  for (const suffix of ['', '-wal', '-shm']) garble(path + suffix);
  assert.equal(await smtp(gateway), '451 4.3.0 Message not stored, try again later');
  const { status } = await http(gateway);
  assert.equal(status, 503);
  assert.match(
    String((await gateway.event('outlet.unavailable'))['reason']),
    /queue\.db: it is (?:damaged|not a database)/,
  );
  assert.equal((await readyz(gateway)).status, 503);
  assert.equal((await gateway.end()).code, 0);
  const start = runGateway(['serve', ...gateway.flags], { directory: gateway.directory });
  await assert.rejects(start, ({ message, cause }: Error) => {
    assert.match(message, /queue-path .*queue\.db: it is (?:damaged|not a database)/);
    assert.equal((cause as { code?: unknown }).code, 1);
    return true;
  });
});

/** A gateway whose queue is on a small disk of its own, and the path of that disk as others see it. */
async function startOnSmallDisk(context: TestContext): Promise<{ gateway: Gateway; disk: string }> {
  const directory = mkdtempSync(join(tmpdir(), 'mailchute-e2e-'));
  const user = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  const mount = 'mount -t tmpfs -o size=80m tmpfs "$0" && exec "$@"';
  const command = ['unshare', ...user, '--mount', 'sh', '-c', mount, directory, ...gatewayCommand()];
  const gateway = await startGateway({ directory, command });
  context.after(() => removeGateway(gateway));
  return { gateway, disk: `/proc/${gateway.process.pid}/root${directory}` };
}

test('A full disk defers mail at both doors until there is room again, without a restart', async (context) => {
  const { gateway, disk } = await startOnSmallDisk(context);
  assert.match(await smtp(gateway), /^250 /);
  const filler = join(disk, 'filler');
  assert.throws(() => writeFileSync(filler, Buffer.alloc(128 * 1024 * 1024)), /ENOSPC/);
  assert.equal(await smtp(gateway), '452 4.3.1 Storage full, try again later');
  const refused = await http(gateway);
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '60']);
  assert.equal((await refused.json() as { code: string }).code, 'storage-full');
  assert.match(String((await gateway.event('outlet.unavailable'))['reason']), /the disk is full/);
  assert.match((await readyz(gateway)).text, /the disk is full/);
  rmSync(filler);
  await gateway.event('outlet.ready', 2);
  assert.match(await smtp(gateway), /^250 /);
  assert.equal((await http(gateway)).status, 202);
  const metrics = await fetch(`http://127.0.0.1:${gateway.ports.http}/metrics`);
  assert.match(await metrics.text(), /^mailchute_queue_messages\{queue="inbox"\} 3$/m);
  assert.equal((await gateway.end()).code, 0);
});

/** A gateway whose clock, but not the time that it measures, can be set apart from that of the machine. */
async function startWithClock(context: TestContext): Promise<{ gateway: Gateway; setClock: (hours: number) => void }> {
  const directory = mkdtempSync(join(tmpdir(), 'mailchute-e2e-'));
  const path = join(directory, 'clock');
  const setClock = (hours: number) => writeFileSync(path, `${hours < 0 ? '' : '+'}${hours * HOUR_S}\n`);
  setClock(0);
  const env = {
    LD_PRELOAD: `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketime.so.1`,
    FAKETIME_TIMESTAMP_FILE: path,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  const gateway = await startGateway({ directory, env });
  context.after(() => removeGateway(gateway));
  return { gateway, setClock };
}

const STREAM = 'POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n' +
  'Transfer-Encoding: chunked\r\n\r\n';

function toChunk(recipient: string): string {
  const line = `${JSON.stringify({ envelope: '', recipient, mime: 'x' })}\n`;
  return `${line.length.toString(16)}\r\n${line}\r\n`;
}

test('A clock that jumps ends no session, brings back no id, and keeps keys for a day of its own', async (context) => {
  const { gateway, setClock } = await startWithClock(context);
  const session = await greet(gateway);
  const stream = await connectRaw(gateway.ports.http);
  await stream.write(STREAM + toChunk('first@example.org'));
  await stream.until(/first@example\.org/);
  const ids = [toId(await smtp(gateway, session))];
  const first = await (await http(gateway, 'key')).text();
  for (const hours of [-23, 25]) {
    setClock(hours);
    // Every look at idle clients comes at least once a second.
    await setTimeout(1500);
    ids.push(toId(await smtp(gateway, session)));
    const answer = await http(gateway, 'key');
    assert.equal(await answer.text(), first);
    assert.equal(answer.headers.get('idempotency-replayed'), hours === 25 ? null : 'true', `${hours} hours`);
  }
  await stream.write(`${toChunk('last@example.org')}0\r\n\r\n`);
  await stream.until(/"status":202[^\n]*last@example\.org/);
  stream.socket.destroy();
  assert.deepEqual(ids, [...new Set(ids)].toSorted());
  const { time } = gateway.events('message.accepted').at(-1) ?? {};
  assert.ok(
    Math.abs(Date.parse(String(time)) - Date.now() - 25 * HOUR_S * 1000) < HOUR_S * 1000,
    'the clock has jumped',
  );
  assert.deepEqual(gateway.events('gateway.fault'), []);
  assert.equal((await gateway.end()).code, 0);
});
