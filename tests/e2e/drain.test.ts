// SIGTERM in the middle of transactions: what was begun is finished, who is idle is told to come back, and the exit is in order.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test, type TestContext } from 'node:test';
import { type Gateway, removeGateway, startGateway } from '../support/gateway.ts';
import { connectRaw } from '../support/raw-http.ts';
import { SmtpClient } from '../support/smtp-client.ts';

const STOPPING = '421 4.3.2 Shutting down, try again later';

async function start(context: TestContext, config: Readonly<Record<string, string | number>>): Promise<Gateway> {
  const gateway = await startGateway({ config });
  context.after(() => removeGateway(gateway));
  return gateway;
}

/** A session that has sent these lines, each after the answer to the one before. */
async function enter({ ports }: Gateway, ...lines: readonly string[]): Promise<SmtpClient> {
  const client = await SmtpClient.connect(ports.smtp);
  await client.reply();
  for (const line of ['EHLO client.example', ...lines]) await client.ask(line);
  return client;
}

const ENVELOPE = ['MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.org>'] as const;

/** The session ends with 421 and nothing more. */
async function assertDismissed(client: SmtpClient): Promise<void> {
  assert.equal(await client.line(), STOPPING);
  assert.equal(await client.rest(), '');
}

function isRefused({ ports }: Gateway): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(ports.smtp, '127.0.0.1');
    socket.on('error', () => resolve(true)).on('connect', () => resolve(false)).on('close', () => socket.destroy());
  });
}

async function storedIn(gateway: Gateway): Promise<number> {
  return (await gateway.run('queue', 'get', 'inbox')).split('\n').filter((line) => line !== '').length;
}

for (const threads of [1, 2]) {
  test(`SIGTERM lets ${threads} worker${threads === 1 ? '' : 's'} finish what was begun, and ends with 0`, async (context) => {
    const gateway = await start(context, { 'smtp-threads': threads });
    const idle = await enter(gateway);
    const served = await enter(gateway, ...ENVELOPE, 'DATA', 'Subject: 1\r\n\r\nbefore\r\n.');
    const chosen = await enter(gateway, ...ENVELOPE);
    const sending = await enter(gateway, ...ENVELOPE, 'DATA');
    sending.send('Subject: 2', '', 'first half');
    const posting = await connectRaw(gateway.ports.http);
    await posting.write(
      'POST /v1/messages?envelope=&recipient=b@example.org HTTP/1.1\r\nHost: 127.0.0.1\r\n' +
        'Content-Type: message/rfc822\r\nContent-Length: 17\r\nExpect: 100-continue\r\n\r\n',
    );
    await posting.until(/^HTTP\/1\.1 100 /);
    await posting.write('Subject: 3\r\n');
    const ended = gateway.end('SIGTERM');
    await assertDismissed(idle);
    await assertDismissed(served);
    assert.equal(await isRefused(gateway), true);
    sending.send('second half', '.');
    assert.match((await sending.reply()).join(), /^250-2\.0\.0 .*250 2\.0\.0 \w+ for b@example\.org$/);
    await assertDismissed(sending);
    assert.match(await chosen.ask('DATA'), /^354 /);
    assert.match(await chosen.ask('Subject: 4', '', 'after', '.'), /^250-2\.0\.0 /);
    await assertDismissed(chosen);
    await posting.write('\r\nx\r');
    await posting.write('\n');
    assert.match(await posting.toEnd(), /^HTTP\/1\.1 202 /m);
    assert.deepEqual(await ended, { code: 0, signal: null });
    assert.equal(await storedIn(gateway), 4);
  });
}

test('Who does not finish is cut off after drain-timeout, and the exit is in order all the same', async (context) => {
  const gateway = await start(context, { 'drain-timeout': 0.5 });
  const sending = await enter(gateway, ...ENVELOPE, 'DATA');
  sending.send('Subject: x', '', 'first half');
  assert.deepEqual(await gateway.end('SIGTERM'), { code: 0, signal: null });
  assert.equal(await sending.rest(), '');
  assert.equal(await storedIn(gateway), 0);
});
