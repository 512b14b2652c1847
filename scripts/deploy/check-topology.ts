// Starts what compose.yaml describes on loopback (`npm run check:topology`), with the very haproxy.cfg and rabbitmq.conf, and carries mail.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { freePorts } from '../../tests/support/free-port.ts';
import { type Gateway, removeGateway, runGateway, startGateway } from '../../tests/support/gateway.ts';
import { type Haproxy, startHaproxy } from '../../tests/support/haproxy.ts';
import { type Rabbitmq, startRabbitmq } from '../../tests/support/rabbitmq.ts';
import { installDebianPackages } from '../test/debian-packages.ts';
import { readCompose } from './compose.ts';

const token = 'a-token-of-this-check';
const password = 'password';
// Of the client: not the address from which HAProxy connects.
const client = '127.0.0.9';
const addresses: Readonly<Record<string, string>> = { gateway1: '127.0.1.1', gateway2: '127.0.1.2' };
const readyDeadlineMs = 60_000;
const backends = ['mailchute-smtp', 'mailchute-smtps', 'mailchute-api'];
const closing: (() => Promise<unknown>)[] = [];

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function read(name: string): string {
  return readFileSync(join(import.meta.dirname, name), 'utf8');
}

/** Three nodes that rabbitmq.conf makes one cluster. */
async function startCluster(): Promise<Rabbitmq[]> {
  const conf = read('rabbitmq.conf').replace('listeners.tcp.default = 5672', 'listeners.tcp.local = 127.0.0.1:PORT')
    .replaceAll(/rabbit@(rabbit\d)/g, '$1@localhost') + 'disk_free_limit.absolute = 1MB\n';
  const nodes: Rabbitmq[] = [];
  for (const name of ['rabbit1', 'rabbit2', 'rabbit3']) {
    const [first] = nodes;
    const node = await startRabbitmq({ name, conf, ...(first && { joins: first }) });
    closing.push(() => node.stop());
    nodes.push(node);
  }
  const [first] = nodes;
  await first?.ctl(['add_user', 'mailchute', password]);
  await first?.ctl(['set_permissions', 'mailchute', '.*', '.*', '.*']);
  const status = JSON.parse(await first?.ctl(['cluster_status', '--formatter', 'json']) ?? '{}');
  assert.deepEqual(status.running_nodes.toSorted(), nodes.map(({ nodeName }) => nodeName).toSorted());
  return nodes;
}

interface Ports {
  readonly smtp: number;
  readonly smtps: number;
  readonly http: number;
}

/** A gateway with the environment that compose.yaml gives it. */
async function startMember(name: string, { nodes, ports }: { nodes: Rabbitmq[]; ports: Ports }): Promise<Gateway> {
  const directory = mkdtempSync(join(tmpdir(), `mailchute-${name}-`));
  writeFileSync(join(directory, 'http-tokens'), `check:${createHash('sha256').update(token).digest('hex')}\n`);
  const variables = {
    SMTP_HOSTNAME: 'mx.example.com',
    SMTP_RANGE: client,
    RABBITMQ_PASSWORD: password,
    RABBITMQ_COOKIE: 'x',
  };
  const environment = Object.entries(readCompose(variables).services[name]?.environment ?? {}).map(([key, value]) => {
    const moved = value.replace('172.30.25.2', '127.0.0.1').replace('/run/secrets', directory)
      .replaceAll(/@rabbit(\d)/g, (_, number: string) => `@127.0.0.1:${nodes[Number(number) - 1]?.port}`);
    return [key, moved];
  });
  const address = addresses[name] ?? '';
  const config = { 'smtp-ip': address, 'http-ip': address, 'smtp-secure-port': ports.smtps };
  const gateway = await startGateway({ directory, ports, config, env: Object.fromEntries(environment) });
  closing.push(() => removeGateway(gateway));
  return gateway;
}

async function startProxy(inner: Ports): Promise<{ proxy: Haproxy; outer: Readonly<Record<string, number>> }> {
  const text = read('haproxy.cfg');
  const binds = [...text.matchAll(/^ +bind :(\d+)$/gm)].map(([, port = '']) => port);
  const free = await freePorts(binds.length);
  const outer = Object.fromEntries(binds.map((port, index) => [port, free[index] ?? 0]));
  const moved = text.replaceAll(/bind :(\d+)$/gm, (_, port: string) => `bind 127.0.0.1:${outer[port]}`)
    .replaceAll(/(gateway\d):2525/g, `$1:${inner.smtp}`).replaceAll(/(gateway\d):4650/g, `$1:${inner.smtps}`)
    .replaceAll(/(gateway\d:|check port )8485/g, `$1${inner.http}`)
    .replaceAll(/ (gateway\d):/g, (_, name: string) => ` ${addresses[name]}:`);
  const proxy = await startHaproxy(moved);
  closing.push(() => proxy.stop());
  return { proxy, outer };
}

/** All backends see the server in this state. */
function untilState(proxy: Haproxy, { server, status }: { server: string; status: RegExp }): Promise<void> {
  return proxy.until(status, { backends, server, withinMs: readyDeadlineMs });
}

/** One mail by each way in; returns how many. */
function sendEach(outer: Readonly<Record<string, number>>): number {
  const envelope = ['--mail-from', 'me@example.com', '--mail-rcpt', 'you@example.org', '--upload-file', '-'];
  const input = 'Subject: hello\r\n\r\nHi.\r\n';
  const smtp = [['smtp', '25', '--no-ssl'], ['smtp', '587', '--ssl-reqd'], ['smtps', '465', '--ssl-reqd']];
  for (const [scheme, port = '', how = ''] of smtp) {
    const options = how === '--no-ssl' ? [] : [how];
    const url = `${scheme}://127.0.0.1:${outer[port]}`;
    execFileSync('curl', ['-sS', '--insecure', '--interface', client, ...options, url, ...envelope], { input });
  }
  const mail = '{"envelope":"me@example.com","recipient":"you@example.org","mime":"Subject: hello\\n\\nHi.\\n"}';
  const url = `http://127.0.0.1:${outer['8485']}/v1/messages`;
  const head = ['--fail-with-body', '--interface', client, '-H', `Authorization: Bearer ${token}`];
  execFileSync('curl', ['-sS', ...head, url, '--json', mail]);
  return smtp.length + 1;
}

interface Stored {
  readonly connection?: { readonly 'remote-ip': string };
  readonly http?: { readonly 'remote-ip': string };
}

async function carry(): Promise<void> {
  const startedAt = performance.now();
  const nodes = await startCluster();
  const [smtp = 0, smtps = 0, http = 0] = await freePorts(3);
  const ports = { smtp, smtps, http };
  const one = await startMember('gateway1', { nodes, ports });
  const two = await startMember('gateway2', { nodes, ports });
  const { proxy, outer } = await startProxy(ports);
  for (const name of Object.keys(addresses)) await untilState(proxy, { server: name, status: /^UP/ });
  say(`three nodes, two gateways and HAProxy are up after ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  let sent = 0;
  for (let round = 0; round < 3; round++) sent += sendEach(outer);
  await Promise.all([one.accepted(1), two.accepted(1)]);
  await nodes[1]?.kill('SIGKILL');
  sent += sendEach(outer);
  say('one node of the cluster is killed: mail is taken');
  await one.end('SIGTERM');
  await untilState(proxy, { server: 'gateway1', status: /^DOWN/ });
  sent += sendEach(outer);
  say('one gateway has stopped: mail is taken');
  const records = (await runGateway(['queue', 'get', 'inbox', `--rabbitmq-address=${nodes[0]?.url}`])).trim().split(
    '\n',
  );
  assert.equal(records.length, sent);
  for (const record of records.map((line) => JSON.parse(line) as Stored)) {
    assert.equal(record.connection?.['remote-ip'] ?? record.http?.['remote-ip'], client);
  }
  say(
    `${sent} mails sent by SMTP, STARTTLS, implicit TLS and HTTP; ${records.length} records, each with its client's address`,
  );
}

async function main(): Promise<void> {
  const fault = installDebianPackages();
  if (fault !== undefined) throw new Error(fault);
  try {
    await carry();
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

await main();
