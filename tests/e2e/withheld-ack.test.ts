// No 250 before the broker's ack, shown with a proxy that keeps the ack back; and shown to fail on a build that does not wait.
import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Gateway, removeGateway, startGateway } from '../support/gateway.ts';
import { toProgramCommand } from '../support/program-command.ts';
import { type Rabbitmq, startRabbitmq } from '../support/rabbitmq.ts';
import { SmtpClient } from '../support/smtp-client.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const ROOT = resolve(import.meta.dirname ?? '.', '../..');
// That nothing is said can only be shown by waiting; what is said too early may come slowly on a busy machine.
const QUIET_MS = 1000;
const PATIENCE_MS = 20_000;

let broker: Rabbitmq;
let proxy: TcpProxy;
before(async () => {
  broker = await startRabbitmq();
  proxy = await startTcpProxy({ port: broker.port });
});
after(async () => {
  await proxy?.close();
  await broker?.stop();
});

/** What each door said while the ack was kept back, and after its release. */
interface Observation {
  readonly early: string[];
  readonly late: string[];
}

/** Sends one message through each door while the broker's answers are kept back, for so long or until both have said something. */
async function observe(gateway: Gateway, withheldMs: number): Promise<Observation> {
  await gateway.event('outlet.ready');
  const said = { early: [] as string[], late: [] as string[] };
  let released = false;
  const note = (reply: string) => void (released ? said.late : said.early).push(reply);
  proxy.withhold();
  const answers = [viaSmtp(gateway).then(note), viaHttp(gateway).then(note)];
  await proxy.withheld();
  // The broker has answered, the answer is held back: whatever is promised from here on is promised too early.
  const answered = Promise.all(answers);
  await Promise.race([answered, delay(withheldMs, undefined, { ref: false })]);
  released = true;
  proxy.release();
  await answered;
  return said;
}

async function viaSmtp({ ports }: Gateway): Promise<string> {
  const client = await SmtpClient.connect(ports.smtp);
  await client.reply();
  for (const line of ['EHLO client.example', 'MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.org>', 'DATA']) {
    await client.ask(line);
  }
  const reply = await client.ask('Subject: wait', '', 'for the ack', '.');
  client.close();
  return `SMTP ${reply.slice(0, 3)}`;
}

async function viaHttp({ ports }: Gateway): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${ports.http}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ envelope: 'a@example.com', recipient: 'b@example.org', mime: 'Subject: wait\n\n' }),
  });
  await response.body?.cancel();
  return `HTTP ${response.status}`;
}

function brokerAddress(): string {
  return broker.url.replace(`:${broker.port}`, `:${proxy.port}`);
}

test('Neither door promises anything before the broker has confirmed', async () => {
  const gateway = await startGateway({ config: { 'rabbitmq-address': brokerAddress() } });
  try {
    const { early, late } = await observe(gateway, QUIET_MS);
    assert.deepEqual(early, []);
    assert.deepEqual(late.sort(), ['HTTP 202', 'SMTP 250']);
  } finally {
    await removeGateway(gateway);
  }
});

test('The same observation convicts a build whose waiting was taken out', async (context) => {
  const directory = makeTemporaryDirectory(context);
  cpSync(join(ROOT, 'src'), join(directory, 'src'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(directory, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  const path = join(directory, 'src/pipeline/ingest.ts');
  const waiting = 'await outlet.publish(records, draft.submission.key?.claim)';
  const source = readFileSync(path, 'utf8');
  assert.equal(source.split(waiting).length, 2, `ingest.ts waits in one place: ${waiting}`);
  writeFileSync(
    path,
    source.replace(
      waiting,
      '(void outlet.publish(records, draft.submission.key?.claim), records.map(() => ({ stored: true as const })))',
    ),
  );
  const command = toProgramCommand(join(directory, 'src/main.ts'));
  const gateway = await startGateway({ command, config: { 'rabbitmq-address': brokerAddress() } });
  try {
    const { early } = await observe(gateway, PATIENCE_MS);
    assert.deepEqual(early.sort(), ['HTTP 202', 'SMTP 250']);
  } finally {
    await gateway.end('SIGKILL');
    rmSync(gateway.directory, { recursive: true });
  }
});
