// Bytes that have no place in a command, at every place of every command: refused, without a trace in what comes after.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import type { SmtpClient } from '../support/smtp-client.ts';
import { withDoor } from '../support/start-door.ts';

const COMMANDS = [
  'HELO client.example.com',
  'EHLO client.example.com',
  'STARTTLS',
  'AUTH PLAIN',
  'MAIL FROM:<evil@example.com>',
  'RCPT TO:<evil@example.com>',
  'DATA',
  'RSET',
  'NOOP',
  'VRFY b',
  'QUIT',
];

const BYTES: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['NUL', [0x00]],
  ['a bell', [0x07]],
  ['a bare CR', [0x0d]],
  ['an escape', [0x1b]],
  ['a delete', [0x7f]],
  ['a byte of no character', [0xff]],
  ['half a character', [0xc3]],
  ['an overlong slash', [0xc0, 0xaf]],
  ['a surrogate', [0xed, 0xa0, 0x80]],
];

/** The command with the bytes at its start, in its verb, behind the verb and at its end. */
function toHostile(command: string, bytes: readonly number[]): Buffer[] {
  const line = Buffer.from(command);
  const verb = command.split(' ')[0]?.length ?? 0;
  return [...new Set([0, 1, verb, line.length])].map((at) =>
    Buffer.concat([line.subarray(0, at), Buffer.from(bytes), line.subarray(at), Buffer.from('\r\n')])
  );
}

async function startTransaction(client: SmtpClient): Promise<void> {
  assert.match(await client.ask('MAIL FROM:<a@example.com>'), /^250 /);
  assert.match(await client.ask('RCPT TO:<b@example.com>'), /^250 /);
}

for (const [name, bytes] of BYTES) {
  test(`A command with ${name} in it gets 500 5.5.2 and changes nothing`, async () => {
    await withDoor({}, async ({ greeted, outlet, log }) => {
      for (const command of COMMANDS) {
        const client = await greeted();
        await startTransaction(client);
        for (const line of toHostile(command, bytes)) {
          client.sendBytes(line);
          const reply = (await client.reply()).join('\n');
          assert.equal(
            reply,
            '500 5.5.2 Command is not valid UTF-8 or has control characters',
            JSON.stringify(command),
          );
        }
        assert.match(await client.ask('DATA'), /^354 /);
        assert.match(await client.ask('.'), /\n250 2\.0\.0 \w+ for b@example\.com$/);
        assert.match(await client.ask('QUIT'), /^221 /);
      }
      assert.equal(outlet.records.length, COMMANDS.length);
      for (const record of outlet.parsed()) {
        assert.deepEqual([record['envelope'], record['recipient'], record['mime']], [
          'a@example.com',
          'b@example.com',
          '',
        ]);
      }
      assert.ok(!JSON.stringify(log.events).includes('evil'));
    });
  });
}

test('Bytes of no protocol at all cost a client its connection after 20 lines, and nobody else anything', async () => {
  await withDoor({}, async ({ connect, greeted, empty, log }) => {
    const bystander = await greeted();
    for (let seed = 0; seed < 256; seed++) {
      const client = await connect();
      const line = Buffer.from(Array.from({ length: 64 }, (_, index) => (seed + index * 37) & 0xff));
      client.sendBytes(Buffer.concat(Array.from({ length: 40 }, () => [line, Buffer.from('\r\n')]).flat()));
      assert.match(await client.rest(), /^220 [^]*\r\n(?:421 4\.7\.0|554 5\.5\.1) [^\r]*\r\n$/);
      client.close();
    }
    assert.match(await bystander.ask('NOOP'), /^250 /);
    bystander.close();
    await empty();
    assert.ok(log.events.every(({ event }) => event !== 'gateway.fault'));
  });
});
