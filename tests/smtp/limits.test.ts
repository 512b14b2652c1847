// Each limit of the door: the reply it gets, the event with its reason, and that nothing of it is stored.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import type { EventName } from '../../src/telemetry/events.ts';
import type { SmtpClient } from '../support/smtp-client.ts';
import { type DoorOptions, type StartedDoor, withDoor } from '../support/start-door.ts';

const TRANSACTION = ['MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA'];

interface Limit {
  readonly name: string;
  readonly door: DoorOptions;
  /** Goes over the limit; the last reply is the one that says so. */
  exceed(client: SmtpClient, door: StartedDoor): Promise<string>;
  readonly reply: RegExp;
  readonly event: EventName;
  readonly reason: string;
  /** The reason in smtp.session.closed; the client's own end where the session goes on. */
  readonly ends?: string;
}

async function sayAll(client: SmtpClient, lines: readonly string[]): Promise<string> {
  client.send(...lines);
  let last = '';
  for (const _ of lines) last = (await client.reply()).join('\n');
  return last;
}

async function lastLine(client: SmtpClient): Promise<string> {
  return (await client.rest()).trimEnd().split('\r\n').at(-1) ?? '';
}

const limits: readonly Limit[] = [
  {
    name: 'sessions at once',
    door: { places: { limit: 1, waitMs: 20 } },
    exceed: async (_client, { connect }) => lastLine(await connect()),
    reply: /^421 4\.3\.2 /,
    event: 'smtp.session.refused',
    reason: 'connections',
  },
  {
    name: 'recipients',
    door: { settings: { maxRecipients: 1 } },
    exceed: (client) => sayAll(client, [...TRANSACTION.slice(0, 2), 'RCPT TO:<c@example.com>']),
    reply: /^452 4\.5\.3 /,
    event: 'smtp.command.rejected',
    reason: 'max-recipients',
  },
  {
    name: 'recipients of the header section',
    door: { pipelineSettings: { recipientsFrom: 'headers', maxRecipients: 1 } },
    exceed: async (client) => {
      await sayAll(client, TRANSACTION);
      return await client.ask('To: b@example.com, c@example.com', '.');
    },
    reply: /^452 4\.5\.3 /,
    event: 'message.deferred',
    reason: 'too-many-recipients',
  },
  {
    name: 'messages of one connection',
    door: { settings: { maxMessages: 1 }, pipeline: { ingest: () => Promise.reject(new Error('not stored')) } },
    exceed: async (client) => {
      await sayAll(client, TRANSACTION);
      await client.ask('.');
      return await client.ask(TRANSACTION[0] ?? '');
    },
    reply: /^421 4\.7\.0 /,
    event: 'smtp.command.rejected',
    reason: 'max-messages',
    ends: 'max-messages',
  },
  {
    name: 'a size that is announced',
    door: { settings: { maxBytes: 1000 } },
    exceed: (client) => client.ask('MAIL FROM:<a@example.com> SIZE=1001'),
    reply: /^552 5\.3\.4 /,
    event: 'smtp.command.rejected',
    reason: 'max-size',
  },
  {
    name: 'a size that is not announced',
    door: { settings: { maxBytes: 1000 } },
    exceed: async (client) => {
      await sayAll(client, TRANSACTION);
      return await client.ask('x'.repeat(1000), '.');
    },
    reply: /^552 5\.3\.4 /,
    event: 'smtp.command.rejected',
    reason: 'max-size',
  },
  {
    name: 'silence',
    door: { settings: { idleTimeoutMs: 400 } },
    exceed: (client) => lastLine(client),
    reply: /^421 4\.4\.2 /,
    event: 'smtp.session.closed',
    reason: 'timeout',
    ends: 'timeout',
  },
  {
    name: 'silence in the content',
    door: { settings: { idleTimeoutMs: 400 } },
    exceed: async (client) => {
      client.send(...TRANSACTION, 'text');
      return await lastLine(client);
    },
    reply: /^421 4\.4\.2 /,
    event: 'smtp.transaction.broken',
    reason: 'timeout',
    ends: 'timeout',
  },
  {
    name: 'the time of the whole content',
    door: { settings: { dataTimeoutMs: 50 } },
    exceed: async (client) => {
      client.send(...TRANSACTION, 'text');
      return await lastLine(client);
    },
    reply: /^421 4\.4\.2 /,
    event: 'smtp.transaction.broken',
    reason: 'data-timeout',
    ends: 'data-timeout',
  },
  {
    name: 'the length of a line',
    door: {},
    exceed: (client) => client.ask(`NOOP ${'x'.repeat(20_000)}`),
    reply: /^500 5\.5\.2 /,
    event: 'smtp.command.rejected',
    reason: 'line-length',
  },
  {
    name: 'refused commands',
    door: {},
    exceed: (client) => sayAll(client, Array<string>(20).fill('XYZZY')),
    reply: /^421 4\.7\.0 /,
    event: 'smtp.command.rejected',
    reason: 'errors',
    ends: 'errors',
  },
  {
    name: 'hops',
    door: {},
    exceed: async (client) => {
      await sayAll(client, TRANSACTION);
      client.sendBytes(Buffer.from(`${'Received: x\r\n'.repeat(101)}\r\n.\r\n`));
      return (await client.reply()).join('\n');
    },
    reply: /^554 5\.4\.6 /,
    event: 'message.rejected',
    reason: 'loop',
  },
];

for (const { name, door, exceed, reply, event, reason, ends = 'quit' } of limits) {
  test(`The limit of ${name} is answered with ${reply.source}, and counted as ${event} ${reason}`, async () => {
    await withDoor(door, async (started) => {
      const client = await started.greeted();
      assert.match(await exceed(client, started), reply);
      if (ends === 'quit') assert.match(await client.ask('QUIT'), /^221 /);
      await client.rest();
      await started.empty();
      const { events } = started.log;
      assert.ok(events.some(({ event: each, fields }) => each === event && fields['reason'] === reason), name);
      assert.ok(events.some(({ event: each, fields }) => each === 'smtp.session.closed' && fields['reason'] === ends));
      assert.equal(started.outlet.records.length, 0);
    });
  });
}

test('A session that the client leaves, and one that is drained, say so at their end', async () => {
  await withDoor({}, async ({ greeted, door, log, empty }) => {
    const reasons = () =>
      log.events.filter(({ event }) => event === 'smtp.session.closed').map(({ fields }) => fields['reason']);
    (await greeted()).reset();
    await empty();
    assert.deepEqual(reasons(), ['client']);
    const client = await greeted();
    void door.drain();
    await client.rest();
    await empty();
    assert.deepEqual(reasons(), ['client', 'draining']);
  });
});
