// The gateway where people have to log in: who may write to whom, what lands where, and that no secret ever shows.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { freePorts } from '../support/free-port.ts';
import { type Gateway, gatewayCommand, removeGateway, startGateway } from '../support/gateway.ts';
import { LOGIN_CLIENTS } from '../support/login-clients.ts';
import { openRealBroker } from '../support/real-broker.ts';
import { SmtpClient } from '../support/smtp-client.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { assertRecord, type PublishedRecord } from '../support/validate-record.ts';

const SECRETS = ['first-hunter', 'second-hunter'];
const HOST = 'mx.example.org';
const CONTENT = 'Subject: x\r\n\r\nbody\r\n';

interface Stage {
  readonly gateway: Gateway;
  /** Puts a new content in the place of the file of local addresses. */
  readonly replaceList: (content: string) => void;
}

async function start(context: TestContext): Promise<Stage> {
  const directory = makeTemporaryDirectory(context);
  const list = join(directory, 'local.txt');
  const replaceList = (content: string) => {
    writeFileSync(`${list}.new`, content);
    renameSync(`${list}.new`, list);
  };
  replaceList('exact info@example.org\n');
  const file = join(directory, 'config.txt');
  const lines = [
    `smtp-auth: hardcoded://first:${SECRETS[0]}`,
    `smtp-auth: hardcoded://nobody:${SECRETS[0]} hardcoded://other:${SECRETS[0]}`,
    'smtp-username: second',
    `smtp-password: ${SECRETS[1]}`,
    `local-addresses: ${list}`,
    'rabbitmq-local: local',
    'rabbitmq-refused: refused',
  ];
  writeFileSync(file, lines.join('\n'));
  const gateway = await startGateway({ directory, config: { 'config-file': file } });
  context.after(() => removeGateway(gateway));
  return { gateway, replaceList };
}

/** Sends one message without a login; the last reply. */
async function sendUnknown({ ports }: Gateway, recipient: string): Promise<string> {
  const client = await SmtpClient.connect(ports.smtp);
  await client.reply();
  for (const line of ['EHLO client.example.com', 'MAIL FROM:<a@example.com>', `RCPT TO:<${recipient}>`, 'DATA']) {
    const reply = await client.ask(line);
    if (/^[45]/.test(reply)) return reply;
  }
  const reply = await client.ask('Subject: x', '', 'body', '.');
  client.close();
  return reply;
}

async function readQueue(gateway: Gateway, queue: string): Promise<PublishedRecord[]> {
  const lines = (await gateway.run('queue', 'get', queue)).trim().split('\n').filter((line) => line !== '');
  return lines.map((line) => assertRecord(JSON.parse(line)));
}

test('Who logs in may write to everybody, who does not to local addresses, and the rest is refused and kept', async (context) => {
  const { gateway, replaceList } = await start(context);
  assert.equal((await gateway.event('gateway.access'))['smtp'], 'everybody');

  for (const [index, { name, send }] of LOGIN_CLIENTS.entries()) {
    const user = index % 2 === 0 ? 'first' : 'second';
    const delivery = {
      port: gateway.ports.smtp,
      tls: 'starttls',
      mechanism: index % 2 === 0 ? 'PLAIN' : 'LOGIN',
      username: user,
      host: HOST,
      ca: join(gateway.directory, 'self-signed.crt'),
      content: CONTENT,
      from: 'a@example.com',
      to: `to-${index}@example.net`,
    } as const;
    await send({ ...delivery, password: SECRETS[index % 2] ?? '' });
    await assert.rejects(send({ ...delivery, password: SECRETS[(index + 1) % 2] ?? '' }), /535|Login denied/, name);
    const record = (await readQueue(gateway, 'inbox'))[index];
    assert.equal(record?.['recipient'], delivery.to);
    const { user: found, secure } = record?.['connection'] as { readonly user?: string; readonly secure?: boolean };
    assert.deepEqual([found, secure], [user, true]);
    assert.match(String(record?.['mime']), / with ESMTPSA /);
  }

  assert.match(await sendUnknown(gateway, 'info@example.org'), /^250/);
  assert.match(await sendUnknown(gateway, 'other@example.org'), /^550 5\.7\.1 /);
  assert.equal(await gateway.run('queue', 'ls'), `inbox\t${LOGIN_CLIENTS.length}\nlocal\t1\nrefused\t1\n`);
  const [local] = await readQueue(gateway, 'local');
  assert.deepEqual([local?.['recipient'], local?.['refused']], ['info@example.org', undefined]);
  const [refused] = await readQueue(gateway, 'refused');
  assert.deepEqual([refused?.['recipient'], (refused?.['refused'] as { readonly code?: number }).code], [
    'other@example.org',
    550,
  ]);

  replaceList('fnmatch *@example.org\n');
  await untilReply(() => sendUnknown(gateway, 'other@example.org'), /^250/);
  replaceList('everything\n');
  await untilEvent(gateway, 'local-addresses.unusable');
  assert.match(await sendUnknown(gateway, 'third@example.org'), /^250/);

  assert.equal((await gateway.end()).code, 0);
  const said = gateway.stdout + gateway.stderr;
  assert.match(said, /"event":"auth.rejected"/);
  for (const secret of SECRETS) {
    const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '').slice(0, -1);
    for (const form of [secret, base64]) assert.ok(!said.includes(form), form);
  }
});

const LOOKS = 100;

/** A changed file is looked at once a second, and only when somebody asks. */
async function untilReply(ask: () => Promise<string>, expected: RegExp): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    if (expected.test(await ask())) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`no ${expected}`);
}

async function untilEvent(gateway: Gateway, event: string): Promise<void> {
  for (let look = 0; look < LOOKS && gateway.events(event).length === 0; look++) {
    await sendUnknown(gateway, 'other@example.org');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal(gateway.events(event).length, 1);
}

test('In RabbitMQ, local and refused mail have queues of their own, and the refused one is bounded', async (context) => {
  const broker = await openRealBroker(context);
  const [inbox, local, refused] = [broker.makeName(), broker.makeName(), broker.makeName()];
  const directory = makeTemporaryDirectory(context);
  const list = join(directory, 'local.txt');
  writeFileSync(list, 'exact info@example.org\n');
  const config = {
    'rabbitmq-address': broker.url,
    'rabbitmq-inbox': inbox,
    'rabbitmq-local': local,
    'rabbitmq-refused': refused,
    'local-addresses': list,
    'smtp-username': 'u',
    'smtp-password': 'p',
  };
  const gateway = await startGateway({ directory, config });
  context.after(() => removeGateway(gateway));
  assert.match(await sendUnknown(gateway, 'info@example.org'), /^250/);
  assert.match(await sendUnknown(gateway, 'other@example.org'), /^550 5\.7\.1 /);
  assert.equal(await gateway.run('queue', 'ls'), `${inbox}\t0\n${local}\t1\n${refused}\t1\n`);
  const limits = { 'x-queue-type': 'quorum', 'x-max-length': 10_000, 'x-max-length-bytes': 2 ** 30 };
  await broker.channel.assertQueue(refused, { arguments: limits });
  await broker.channel.assertQueue(local, { arguments: { 'x-queue-type': 'quorum' } });
});

const strangers = [
  { name: 'where nobody can log in', config: {}, greeting: /^554 5\.7\.1 / },
  { name: 'where people log in', config: { 'smtp-username': 'u', 'smtp-password': 'p' }, greeting: /^220 / },
  {
    name: 'where people log in, from a range',
    config: { 'smtp-username': 'u', 'smtp-password': 'p', 'smtp-range': '198.51.100.0/24' },
    greeting: /^554 5\.7\.1 /,
  },
];

for (const { name, config, greeting } of strangers) {
  test(`A client from elsewhere, whom a proxy names, is greeted with ${greeting} ${name}`, async (context) => {
    const gateway = await startGateway({ config: { 'smtp-proxy': '127.0.0.1', ...config } });
    context.after(() => removeGateway(gateway));
    const client = await SmtpClient.connect(gateway.ports.smtp);
    client.send('PROXY TCP4 192.0.2.7 192.0.2.1 40000 25');
    assert.match(await client.line(), greeting);
    client.close();
  });
}

test('check-config shows the backends without their secrets', async (context) => {
  const { gateway } = await start(context);
  const shown = await gateway.run('check-config');
  assert.match(shown, /^smtp-auth: hardcoded:\/\/\(1 user\) hardcoded:\/\/\(1 user\) hardcoded:\/\/\(1 user\)$/m);
  assert.match(shown, /^smtp-password: \*\*\*$/m);
  assert.match(shown, /^smtp-certificate: self-signed$/m);
  assert.doesNotMatch(shown, /hunter/);
});

const badStarts = [
  {
    name: 'a password file that is not there',
    flags: ['--smtp-auth=hardcoded://u:hunter2 file:///nowhere/users'],
    code: 1,
    says: /Cannot use file:\/\/\/nowhere\/users: /,
  },
  {
    name: 'a backend that does not exist',
    flags: ['--smtp-auth=hardcoded://u:hunter2 gopher://hunter2'],
    code: 2,
    says: /^command line --smtp-auth: "gopher:\/\/" is no backend; accepted are /m,
  },
  {
    name: 'a user without a password',
    flags: ['--smtp-username=mailer'],
    code: 2,
    says: /^command line --smtp-username: needs smtp-password, too/m,
  },
  {
    name: 'a faulty list of local addresses',
    list: 'exact a@example.org\nall\n',
    flags: [],
    code: 2,
    says: /^command line --local-addresses: [^\n]*local\.txt, line 2: expected exact, substr, fnmatch or regex/m,
  },
];

for (const { name, list, flags, code, says } of badStarts) {
  test(`The start ends with ${code} and one sentence because of ${name}`, async (context) => {
    const directory = makeTemporaryDirectory(context);
    const path = join(directory, 'local.txt');
    if (list !== undefined) writeFileSync(path, list);
    const [smtp, http] = await freePorts(2);
    const doors = ['--smtp-ip=127.0.0.1', `--smtp-port=${smtp}`, '--http-ip=127.0.0.1', `--http-port=${http}`];
    const lists = list === undefined ? [] : [`--local-addresses=${path}`];
    const [program = '', ...leading] = gatewayCommand();
    const all = [...leading, 'serve', ...doors, `--queue-path=${join(directory, 'queue.db')}`, ...lists, ...flags];
    const ended = spawnSync(program, all, { cwd: directory, encoding: 'utf8', timeout: 30_000 });
    assert.match(ended.stderr, says);
    assert.equal(ended.status, code);
    assert.doesNotMatch(ended.stderr + ended.stdout, /hunter/);
  });
}
