// What /metrics, /readyz and healthcheck say, against what clients were promised.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { test, type TestContext } from 'node:test';
import { METRICS } from '../../src/telemetry/metrics.ts';
import { checkExposition } from '../support/exposition-checks.ts';
import { freePorts } from '../support/free-port.ts';
import { type Gateway, type GatewayOptions, removeGateway, startGateway } from '../support/gateway.ts';
import { checkMetrics, checkRules } from '../support/promtool.ts';
import { sumOf } from '../support/sample.ts';
import { SmtpClient } from '../support/smtp-client.ts';
import { runLoad } from '../support/smtp-load.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const MESSAGES = 'mailchute_messages_total';
const RECIPIENTS = 'mailchute_recipients_total';

/** A gateway with a port of its own for metrics. */
async function start(
  context: TestContext,
  config: GatewayOptions['config'] = {},
): Promise<{ readonly gateway: Gateway; readonly port: number }> {
  const [port = 0] = await freePorts(1);
  const gateway = await startGateway({ config: { 'metrics-port': port, ...config } });
  context.after(() => removeGateway(gateway));
  return { gateway, port };
}

async function scrape(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  assert.equal(response.status, 200);
  return await response.text();
}

async function readyz(port: number): Promise<{ readonly status: string; readonly reasons: readonly string[] }> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`);
  return await response.json() as { readonly status: string; readonly reasons: readonly string[] };
}

/** The first line of the answer to each message, one session for all. */
async function send(
  gateway: Gateway,
  messages: readonly { to: readonly string[]; content: string }[],
): Promise<string[]> {
  const client = await SmtpClient.connect(gateway.ports.smtp);
  await client.reply();
  await client.ask('EHLO client.example.com');
  const answers: string[] = [];
  for (const { to, content } of messages) {
    await client.ask('MAIL FROM:<a@example.com>');
    for (const recipient of to) await client.ask(`RCPT TO:<${recipient}>`);
    await client.ask('DATA');
    client.sendBytes(Buffer.from(`${content}\r\n.\r\n`));
    answers.push((await client.reply())[0] ?? '');
  }
  client.close();
  return answers;
}

const GOOD = 'Subject: x\r\n\r\nbody';
const TWO = ['b@example.org', 'c@example.org'];

test('Every message is counted once, as what its sender was told', async (context) => {
  const { gateway, port } = await start(context, {
    'smtp-maxsize': '64KB',
    'smtp-check': 'spf,dkim,dmarc',
    'dns-nameserver': '127.0.0.1:9',
    'dns-timeout': 0.05,
    'dns-attempts': 1,
  });
  const answers = await send(gateway, [
    { to: TWO, content: GOOD },
    { to: ['b@example.org'], content: GOOD },
    { to: TWO, content: 'Subject: bare\n\nline feeds' },
    { to: ['b@example.org'], content: `Subject: large\r\n\r\n${'x'.repeat(70_000)}` },
  ]);
  assert.deepEqual(answers.map((answer) => answer.slice(0, 9)), ['250-2.0.0', '250-2.0.0', '554 5.6.0', '552 5.3.4']);
  const post = (to: string) =>
    fetch(`http://127.0.0.1:${gateway.ports.http}/v1/messages?envelope=&recipient=${to}`, {
      method: 'POST',
      headers: { 'content-type': 'message/rfc822' },
      body: GOOD,
    });
  assert.deepEqual([(await post('d@example.org')).status, (await post('nobody')).status], [202, 422]);
  const text = await scrape(port);
  checkExposition(text);
  const count = (metric: string, door: string, outcome: string) => sumOf(text, metric, { door, outcome });
  assert.deepEqual(['accepted', 'deferred', 'rejected'].map((outcome) => count(MESSAGES, 'smtp', outcome)), [2, 0, 2]);
  assert.deepEqual(['accepted', 'deferred', 'rejected'].map((outcome) => count(RECIPIENTS, 'smtp', outcome)), [
    3,
    0,
    3,
  ]);
  assert.deepEqual([count(MESSAGES, 'http', 'accepted'), count(MESSAGES, 'http', 'rejected')], [1, 0]);
  for (const reason of ['line-ending', 'too-large']) {
    assert.equal(sumOf(text, 'mailchute_refusals_total', { reason }), 1);
  }
  assert.equal(sumOf(text, 'mailchute_records_total', { queue: 'inbox', result: 'stored' }), 4);
  assert.equal(sumOf(text, 'mailchute_queue_messages', { queue: 'inbox' }), 4);
  assert.equal(sumOf(text, 'mailchute_accept_duration_seconds_count', { door: 'smtp' }), 3);
  assert.equal(sumOf(text, 'mailchute_publish_duration_seconds_count', { result: 'stored' }), 3);
  for (const check of ['spf', 'dkim', 'dmarc']) {
    assert.ok(sumOf(text, 'mailchute_check_duration_seconds_count', { check }) >= 2, check);
  }
  assert.equal(sumOf(text, 'mailchute_sessions_total', { door: 'smtp' }), 1);
  for (const status of [202, 422]) assert.equal(sumOf(text, 'mailchute_http_responses_total', { status }), 1);
  const aliases = [
    'nbr_emails_enqueued_total',
    'nbr_recipients_total',
    'nbr_dropped_emails_total',
    'default_queue_messages',
  ];
  assert.deepEqual(aliases.map((name) => sumOf(text, name)), [3, 4, 2, 4]);
  await stop(gateway, port);
});

test('Without a broker messages are deferred, and readiness and health check say why', async (context) => {
  const [nobody = 0] = await freePorts(1);
  const { gateway, port } = await start(context, { 'rabbitmq-address': `amqp://127.0.0.1:${nobody}` });
  assert.match((await send(gateway, [{ to: TWO, content: GOOD }])).join(), /^451 4\.3\.0/);
  const text = await scrape(port);
  assert.equal(sumOf(text, MESSAGES, { door: 'smtp', outcome: 'deferred' }), 1);
  assert.equal(sumOf(text, RECIPIENTS, { door: 'smtp', outcome: 'deferred' }), 2);
  assert.equal(sumOf(text, 'mailchute_records_total', { result: 'unavailable' }), 2);
  assert.equal(sumOf(text, 'mailchute_broker_connections', { state: 'down' }), 1);
  assert.equal(sumOf(text, 'mailchute_ready'), 0);
  const { status, reasons } = await readyz(port);
  assert.equal(status, 'not-ready');
  assert.match(reasons.join(), /no connection to RabbitMQ/);
  await assert.rejects(gateway.run('healthcheck'), /mailchute healthcheck: no connection to RabbitMQ/);
});

test('Two workers are one gateway', async (context) => {
  const { gateway, port } = await start(context, { 'smtp-threads': 2 });

  await context.test('Scrapes under load are in order, and no total ever goes down', async () => {
    let isOver = false;
    const load = runLoad({ port: gateway.ports.smtp, sessions: 10, messages: 300 }).finally(() => isOver = true);
    const totals = [0];
    while (!isOver) {
      const text = await scrape(port);
      checkExposition(text);
      totals.push(sumOf(text, MESSAGES, { outcome: 'accepted' }));
    }
    const { ids } = await load;
    totals.push(sumOf(await scrape(port), MESSAGES, { outcome: 'accepted' }));
    assert.deepEqual(totals, totals.toSorted((one, other) => one - other));
    assert.equal(totals.at(-1), ids.length);
  });

  await context.test('Prometheus has nothing to say against the text', async () => {
    await checkMetrics(await scrape(port));
  });

  await context.test('A worker that hangs keeps nobody from the numbers', async () => {
    const hanging = Number(gateway.events('worker.started')[0]?.['pid']);
    process.kill(hanging, 'SIGSTOP');
    try {
      const text = await scrape(port);
      checkExposition(text);
      assert.equal(sumOf(text, 'mailchute_workers', { state: 'silent' }), 1);
      const { status, reasons } = await readyz(port);
      assert.deepEqual([status, reasons], ['ready', ['1 of the workers did not answer in time']]);
      await gateway.run('healthcheck');
    } finally {
      process.kill(hanging, 'SIGCONT');
    }
  });

  await context.test('What killed workers had counted stays', async () => {
    const before = await scrape(port);
    for (const { pid } of gateway.events('worker.started')) process.kill(Number(pid), 'SIGKILL');
    await gateway.event('worker.started', 4);
    const after = await scrape(port);
    for (
      const metric of [MESSAGES, RECIPIENTS, 'mailchute_accept_duration_seconds_count', 'nbr_emails_enqueued_total']
    ) {
      assert.equal(sumOf(after, metric), sumOf(before, metric), metric);
    }
    const { ids } = await runLoad({ port: gateway.ports.smtp, sessions: 4, messages: 20 });
    assert.equal(sumOf(await scrape(port), MESSAGES), sumOf(before, MESSAGES) + ids.length);
  });

  await context.test('The port for metrics says that the gateway is stopping', () => stop(gateway, port));
});

/** Looks at a gateway that has got SIGTERM while a transaction is open. */
async function stop(gateway: Gateway, port: number): Promise<void> {
  const client = await SmtpClient.connect(gateway.ports.smtp);
  await client.reply();
  await client.ask('EHLO client.example.com');
  await client.ask('MAIL FROM:<a@example.com>');
  process.kill(gateway.process.pid ?? 0, 'SIGTERM');
  await gateway.event('gateway.draining');
  assert.deepEqual(await readyz(port), { status: 'not-ready', reasons: ['draining'] });
  await assert.rejects(gateway.run('healthcheck'), /mailchute healthcheck: draining/);
  for (const line of ['RCPT TO:<b@example.org>', 'DATA']) await client.ask(line);
  assert.match(await client.ask('Subject: x', '', 'body', '.'), /^250-/);
  assert.deepEqual(await gateway.exit, { code: 0, signal: null });
  await assert.rejects(gateway.run('healthcheck'), /cannot ask the gateway at 127\.0\.0\.1/);
}

test('The alerts of the documentation are rules that Prometheus takes, over metrics that are there', async (context) => {
  const page = readFileSync(resolve(import.meta.dirname ?? '.', '../../docs/observability.md'), 'utf8');
  const [, rules = ''] = /^```yaml\n(groups:[^]*?)^```/m.exec(page) ?? [];
  const path = join(makeTemporaryDirectory(context), 'rules.yml');
  writeFileSync(path, rules);
  await checkRules(path);
  const named = rules.match(/\bmailchute_\w+/g) ?? [];
  assert.ok(named.length > 5);
  for (const name of named) assert.ok(name.replace(/_bucket$/, '') in METRICS, name);
});

test('The HTTP door of two workers has the numbers of both where there is no other port', async (context) => {
  const gateway = await startGateway({ config: { 'smtp-threads': 2 } });
  context.after(() => removeGateway(gateway));
  const { http } = gateway.ports;
  await send(gateway, [{ to: TWO, content: GOOD }]);
  for (let turn = 0; turn < 4; turn++) assert.equal(sumOf(await scrape(http), MESSAGES, { outcome: 'accepted' }), 1);
  assert.deepEqual(await readyz(http), { status: 'ready', reasons: [] });
});

test('The health check finds a door behind TLS and the PROXY protocol', async (context) => {
  const [secure = 0] = await freePorts(1);
  const { gateway } = await start(context, {
    'metrics-port': 0,
    'http-secure-port': secure,
    'http-certificate': 'self-signed',
    'http-proxy': '127.0.0.0/8',
  });
  await gateway.run('healthcheck');
  await gateway.run('healthcheck', '--http-port=0');
});
