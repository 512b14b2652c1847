// What clients send ahead of an answer: behind STARTTLS nothing of it counts, behind AUTH everything waits for the answer.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import type { SmtpClient } from '../support/smtp-client.ts';
import { type DoorOptions, type StartedDoor, withDoor } from '../support/start-door.ts';
import { createBackend, openTestAuthenticator, toPlainResponse } from '../support/test-logins.ts';
import { createTestTls, secureClient } from '../support/test-tls.ts';

const HELLO = 'EHLO client.example.com';
const MAIL = 'MAIL FROM:<a@example.com>';
const RCPT = 'RCPT TO:<b@example.com>';
const MESSAGE = ['Subject: x', '', 'text', '.'];

const withTls: DoorOptions = { tls: createTestTls() };
const toText = (lines: readonly string[]) => lines.map((line) => `${line}\r\n`).join('');

async function expectCodes(client: SmtpClient, codes: readonly number[]): Promise<void> {
  const found: number[] = [];
  for (const _ of codes) found.push(Number((await client.reply())[0]?.slice(0, 3)));
  assert.deepEqual(found, codes);
}

/** The name of the client in the record, when a message got through inside. */
async function submitInside(client: SmtpClient, { outlet }: StartedDoor): Promise<unknown> {
  client.send('EHLO inside.example.com', MAIL, RCPT, 'DATA');
  await expectCodes(client, [250, 250, 250, 354]);
  client.send(...MESSAGE);
  await expectCodes(client, [250]);
  assert.equal(outlet.records.length, 1);
  return outlet.parsed()[0]?.['helo'];
}

// Nothing, or the alert of a TLS handshake that fails on what was sent.
const NO_ANSWER = /^(?:\x15\x03[^]*)?$/;

const injected: readonly (readonly [name: string, bytes: string | Buffer])[] = [
  ['a command', 'NOOP\r\n'],
  ['half a command', 'RSE'],
  ['a whole message', toText([HELLO, MAIL, RCPT, 'DATA', ...MESSAGE, 'QUIT'])],
  ['commands that make one with what is sent inside', toText([HELLO, MAIL, RCPT, 'DATA'])],
  ['an end of the session', 'QUIT\r\n'],
  ['a second STARTTLS', 'STARTTLS\r\n'],
  ['no text at all', Buffer.from([0x00, 0x80, 0xff, 0x0d, 0x0a])],
  ['more than a chunk', 'NOOP\r\n'.repeat(20_000)],
];

for (const [name, bytes] of injected) {
  test(`Whoever sends ${name} in one piece behind STARTTLS gets no answer to it, in the clear or inside`, async () => {
    await withDoor(withTls, async (door) => {
      const outside = await door.greeted();
      outside.sendBytes(Buffer.concat([Buffer.from('STARTTLS\r\n'), Buffer.from(bytes)]));
      const [reply = ''] = await outside.reply();
      assert.match(reply, /^220 2\.0\.0 /);
      assert.match(outside.unread, NO_ANSWER);
      // What comes in later chunks is no TLS: then the handshake ends the session, and that is just as well.
      const inside = await secureClient(outside).catch(() => undefined);
      if (bytes.length < 1000) assert.ok(inside !== undefined);
      if (inside !== undefined) assert.equal(await submitInside(inside, door), 'inside.example.com');
      assert.ok(door.log.events.every(({ event }) => event !== 'gateway.fault'));
      inside?.close();
    });
  });
}

test('What a client says before STARTTLS, in one piece with it, is answered and then forgotten', async () => {
  await withDoor(withTls, async (door) => {
    const outside = await door.connect();
    outside.send(HELLO, MAIL, RCPT, 'STARTTLS', 'RSET', 'STARTTLS', RCPT, 'DATA', ...MESSAGE);
    await expectCodes(outside, [220, 250, 250, 250, 503, 250, 220]);
    const inside = await secureClient(outside);
    inside.send(RCPT, 'DATA', MAIL);
    await expectCodes(inside, [503, 503, 503]);
    assert.equal(await submitInside(inside, door), 'inside.example.com');
  });
});

/** A login whose answer is in the test's hands. */
interface HeldLogin {
  /** Resolves when the backend is asked. */
  readonly asked: Promise<void>;
  settle(isValid: boolean): void;
}

async function withHeldLogin(
  body: (client: SmtpClient, door: StartedDoor, login: HeldLogin) => Promise<void>,
): Promise<void> {
  let settle = (_isValid: boolean) => {};
  let arrive = () => {};
  const asked = new Promise<void>((resolve) => (arrive = resolve));
  const backend = createBackend(() => {
    arrive();
    return new Promise((resolve) => (settle = resolve));
  });
  const authenticator: DoorOptions['authenticator'] = (log) => openTestAuthenticator(log, [backend]);
  await withDoor({ ...withTls, authenticator }, async (door) => {
    const outside = await door.greeted();
    await outside.ask('STARTTLS');
    const inside = await secureClient(outside);
    await inside.ask(HELLO);
    await body(inside, door, { asked, settle: (isValid) => settle(isValid) });
  });
}

const LOGINS = [
  { name: 'PLAIN', lines: [`AUTH PLAIN ${toPlainResponse()}`], challenges: [] },
  { name: 'PLAIN after a challenge', lines: ['AUTH PLAIN', toPlainResponse()], challenges: [334] },
  { name: 'LOGIN', lines: ['AUTH LOGIN', btoa('mailer'), btoa('secret')], challenges: [334, 334] },
] as const;

for (const { name, lines, challenges } of LOGINS) {
  test(`Commands pipelined behind AUTH ${name} wait for the backend, and go on as its answer allows`, async () => {
    const outcomes = [
      { isValid: true, codes: [235, 250, 250, 354, 250, 221] },
      { isValid: false, codes: [535, 530, 503, 503] },
    ];
    for (const { isValid, codes } of outcomes) {
      await withHeldLogin(async (client, { outlet, connect }, { asked, settle }) => {
        client.send(...lines, MAIL, RCPT, 'DATA', ...(isValid ? [...MESSAGE, 'QUIT'] : []));
        await expectCodes(client, challenges);
        await asked;
        const other = await connect();
        assert.match((await other.reply())[0] ?? '', /^220 /, 'others are served meanwhile');
        assert.equal(client.unread, '');
        settle(isValid);
        await expectCodes(client, codes);
        assert.equal(outlet.records.length, isValid ? 1 : 0);
      });
    }
  });
}

test('A client that leaves while the backend is asked leaves nothing behind', async () => {
  await withHeldLogin(async (client, { outlet, empty, log }, { asked, settle }) => {
    client.send(`AUTH PLAIN ${toPlainResponse()}`, MAIL, RCPT, 'DATA');
    await asked;
    client.close();
    settle(false);
    await empty();
    assert.equal(outlet.records.length, 0);
    assert.ok(log.events.every(({ event }) => event !== 'gateway.fault'));
  });
});

test('Credentials sent in the clear, ahead of the refusal, are no command that does anything, and are not logged', async () => {
  const authenticator: DoorOptions['authenticator'] = (log) => openTestAuthenticator(log);
  await withDoor({ ...withTls, authenticator }, async ({ greeted, log }) => {
    const client = await greeted();
    client.send('AUTH PLAIN', toPlainResponse(), `AUTH PLAIN ${toPlainResponse()}`, 'AUTH LOGIN', btoa('secret'), MAIL);
    await expectCodes(client, [530, 500, 530, 530, 500, 530]);
    const logged = JSON.stringify(log.events);
    assert.ok(!logged.includes(toPlainResponse()) && !logged.includes(btoa('secret')) && !logged.includes('"secret'));
    assert.ok(log.events.every(({ event }) => !event.startsWith('auth.')));
  });
});
