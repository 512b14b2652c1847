// Logins, tokens, broker addresses and messages, right and wrong: whatever is said to a gateway, its logs keep no secret.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { freePorts } from '../support/free-port.ts';
import { type Gateway, removeGateway, startGateway } from '../support/gateway.ts';
import { SmtpClient } from '../support/smtp-client.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { secureClient } from '../support/test-tls.ts';

/** Every secret and every piece of content has this in its name. */
const SECRETS = {
  hardcoded: 'hardcoded-hush-11',
  file: 'file-hush-22',
  program: 'program-hush-33',
  web: 'web-hush-44',
  wrong: 'wrong-hush-55',
  token: 'token-hush-77',
  badToken: 'token-hush-88',
  broker: 'broker-hush-99',
} as const;
const CONTENT = 'content-hush-00';
/** What a client may say of itself, and must not be able to do with it. */
const HOSTILE = '\x1b[2J\x9b31m\u202e\u2028forged';

const LINES = [
  `Subject: ${CONTENT}`,
  `From: ${CONTENT} <me@example.com>`,
  'To: you@example.org',
  `X-MQ-Tags: ${CONTENT}`,
  `X-MQ-Envelope: ${CONTENT}`,
  `X-Secret: ${CONTENT}`,
  '',
  `body ${CONTENT}`,
];

/** A web endpoint that knows one password. */
async function startWeb(context: TestContext): Promise<number> {
  const right = `Basic ${Buffer.from(`web:${SECRETS.web}`).toString('base64')}`;
  const server = createServer(({ headers }, response) => {
    response.writeHead(headers.authorization === right ? 200 : 403).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

interface Stage {
  readonly gateway: Gateway;
  /** Everything that it has said and written. */
  readonly said: () => string;
}

async function start(
  context: TestContext,
  config: Readonly<Record<string, string>>,
  format = 'json',
): Promise<Stage> {
  const directory = makeTemporaryDirectory(context);
  const files = ['events.log', 'received.log'].map((name) => join(directory, name));
  const [spamd = 0, dns = 0] = await freePorts(2);
  const settings = {
    'application-log': `stderr,${files[0]}`,
    'received-log-file': files[1] ?? '',
    'smtp-check': 'spf,dkim,dmarc,spam',
    'spamassassin-host': '127.0.0.1',
    'spamassassin-port': spamd,
    'dns-nameserver': `127.0.0.1:${dns}`,
    'dns-timeout': 0.05,
    'dns-attempts': 1,
    ...config,
  };
  // In a file: a flag is there for every process to see.
  const path = join(directory, 'config.txt');
  writeFileSync(path, Object.entries(settings).map(([key, value]) => `${key}: ${value}\n`).join(''));
  const gateway = await startGateway({ directory, config: { 'config-file': path, 'log-format': format } });
  context.after(() => removeGateway(gateway));
  const said = () => [gateway.stdout, gateway.stderr, ...files.map((file) => readFileSync(file, 'utf8'))].join('\n');
  return { gateway, said };
}

async function startWithLogins(context: TestContext): Promise<Stage> {
  const directory = makeTemporaryDirectory(context);
  const [users, tokens, program] = ['users', 'tokens', 'program'].map((name) => join(directory, name));
  const [nobody = 0] = await freePorts(1);
  // By openssl passwd -5 -salt mailchute file-hush-22
  writeFileSync(users ?? '', 'file:$5$mailchute$7NaNXbtrz8rOw7X2f5maSYNxYSq8S3GxBgUcJRzgMO/\n');
  writeFileSync(tokens ?? '', `shop:${createHash('sha256').update(SECRETS.token).digest('hex')}\n`);
  const script = `#!/bin/sh\nread -r password\necho "$password" >&2\n[ "$password" = ${SECRETS.program} ]\n`;
  writeFileSync(program ?? '', script, { mode: 0o755 });
  const backends = [
    `hardcoded://hardcoded:${SECRETS.hardcoded}`,
    `file://${users}`,
    `exec://${program}`,
    `http://127.0.0.1:${await startWeb(context)}/check`,
  ].join(' ');
  return await start(context, {
    'smtp-auth': `${backends} ldap://127.0.0.1:${nobody}/dc=example,dc=com`,
    'http-auth': backends,
    'http-tokens': tokens ?? '',
    'rabbitmq-refused': 'refused',
  });
}

const toBase64 = (text: string) => Buffer.from(text).toString('base64');

async function greeted({ ports }: Gateway): Promise<SmtpClient> {
  const client = await SmtpClient.connect(ports.smtp);
  await client.reply();
  return client;
}

/** Logs in inside TLS, first in one word and then step by step, as most clients do. */
async function logIn(gateway: Gateway, { user, password }: { readonly user: string; readonly password: string }) {
  const outside = await greeted(gateway);
  await outside.ask('EHLO client.example.com');
  await outside.ask(`AUTH PLAIN ${toBase64(`\0${user}\0${password}`)}`);
  await outside.ask('STARTTLS');
  const client = await secureClient(outside, { rejectUnauthorized: false });
  await client.ask('EHLO client.example.com');
  await client.ask('AUTH LOGIN');
  await client.ask(toBase64(user));
  const reply = await client.ask(toBase64(password));
  await client.ask(`AUTH PLAIN ${toBase64(`\0${user}\0${password}`)}`);
  await client.ask(`AUTH PLAIN ${password}`);
  await client.ask(`AUTH ${password}`);
  return { client, reply };
}

async function transact(client: SmtpClient, lines: readonly string[]): Promise<string> {
  for (const line of ['MAIL FROM:<me@example.com>', 'RCPT TO:<you@example.org>', 'DATA']) await client.ask(line);
  return await client.ask(...lines, '.');
}

/** What goes wrong in a dialogue: hostile names, broken content, commands that are none. */
async function misbehave(gateway: Gateway): Promise<void> {
  const client = await greeted(gateway);
  await client.ask(`EHLO ${HOSTILE}`);
  await client.ask(`${CONTENT} is no command`);
  await client.ask(`MAIL FROM:<${HOSTILE}@example.com>`);
  await client.ask('HELO client.example.com');
  await transact(client, [...LINES, `bare\n${CONTENT}`]);
  await transact(client, LINES);
  client.close();
}

async function post(
  { ports }: Gateway,
  { path = '/v1/messages', type = 'application/json', authorization, body }: {
    readonly path?: string;
    readonly type?: string;
    readonly authorization?: string;
    readonly body: string;
  },
): Promise<number> {
  const headers = { 'content-type': type, ...(authorization === undefined ? {} : { authorization }) };
  const response = await fetch(`http://127.0.0.1:${ports.http}${path}`, { method: 'POST', headers, body });
  await response.text();
  return response.status;
}

const MESSAGE = { envelope: 'me@example.com', recipient: 'you@example.org', mime: LINES.join('\r\n') };

/** Every form in which a secret could have got into a line. */
function assertHidden(said: string): void {
  assert.match(said, /Gateway started/);
  for (const secret of [...Object.values(SECRETS), CONTENT]) {
    const bytes = Buffer.from(secret);
    // Base64 of the secret behind nothing, one and two other bytes, without what depends on its neighbours.
    const encoded = [0, 1, 2].map((shift) =>
      Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64').replace(/=+$/, '').slice(shift + 1, -2)
    );
    for (const form of [secret, bytes.toString('hex'), encodeURIComponent(secret), ...encoded]) {
      const at = said.indexOf(form);
      assert.equal(at, -1, `${secret} as ${form}: ${said.slice(Math.max(0, at - 300), at + 100)}`);
    }
  }
}

function assertPrintable(said: string): void {
  assert.doesNotMatch(said.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  for (const line of said.split('\n')) assert.ok(!line.startsWith('forged'), line);
}

test('Logins of every kind, right and wrong, by SMTP and by HTTP, leave no secret in any log', async (context) => {
  const { gateway, said } = await startWithLogins(context);
  const right = { hardcoded: SECRETS.hardcoded, file: SECRETS.file, program: SECRETS.program, web: SECRETS.web };
  for (const [user, password] of Object.entries(right)) {
    const { client, reply } = await logIn(gateway, { user, password });
    assert.match(reply, /^235 /, user);
    assert.match(await transact(client, LINES), /^250-/);
    client.close();
    assert.equal(
      await post(gateway, {
        authorization: `Basic ${toBase64(`${user}:${password}`)}`,
        body: JSON.stringify(MESSAGE),
      }),
      202,
    );
  }
  const { client, reply } = await logIn(gateway, { user: 'nobody', password: SECRETS.wrong });
  assert.match(reply, /^(535|454) /);
  client.close();
  await misbehave(gateway);
  const body = JSON.stringify(MESSAGE);
  assert.equal(await post(gateway, { authorization: `Bearer ${SECRETS.token}`, body }), 202);
  assert.equal(await post(gateway, { authorization: `Bearer ${SECRETS.badToken}`, body }), 401);
  assert.equal(await post(gateway, { authorization: `Basic ${toBase64(`web:${SECRETS.wrong}`)}`, body }), 401);
  assert.equal(await post(gateway, { authorization: `Digest ${SECRETS.wrong}`, body }), 401);
  assert.equal(await post(gateway, { path: `/v1/messages?token=${SECRETS.badToken}`, body }), 401);
  const authorization = `Bearer ${SECRETS.token}`;
  for (
    const broken of [`{"${CONTENT}":1}`, `{"mime":"${CONTENT}`, JSON.stringify({ ...MESSAGE, recipient: HOSTILE })]
  ) {
    assert.notEqual(await post(gateway, { authorization, body: broken }), 202);
  }
  assert.notEqual(await post(gateway, { authorization, type: 'message/rfc822', body: `${LINES.join('\n')}\r\n` }), 202);
  assert.equal((await gateway.end()).code, 0);
  for (
    const event of ['auth.accepted', 'auth.rejected', 'auth.unavailable', 'message.accepted', 'message.refused-stored']
  ) {
    assert.ok(gateway.events(event).length > 0, event);
  }
  assert.ok(gateway.events('auth.accepted').every(({ session }) => typeof session === 'string'));
  assertHidden(said());
  assertPrintable(said());
});

for (const format of ['json', 'text']) {
  test(`A broker that cannot be reached leaves no secret in a log of ${format}, nor do the messages that wait`, async (context) => {
    const [port = 0] = await freePorts(1);
    const { gateway, said } = await start(context, {
      'rabbitmq-address': `amqp://gateway:${SECRETS.broker}@127.0.0.1:${port}/`,
    }, format);
    const client = await greeted(gateway);
    await client.ask(`EHLO ${HOSTILE}`);
    await client.ask('HELO client.example.com');
    assert.match(await transact(client, LINES), /^451 /);
    client.close();
    assert.equal(await post(gateway, { body: JSON.stringify(MESSAGE) }), 503);
    assert.equal((await gateway.end()).code, 0);
    assert.match(said(), /Outlet unavailable/);
    assert.match(said(), /Message deferred/);
    assertHidden(said());
    assertPrintable(said());
  });
}
