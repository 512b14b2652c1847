// Logins on real connections: what they leave in records and in the log, and what clients that do not wait leave behind.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import type { AuthBackend } from '../../src/auth/backend.ts';
import type { SmtpClient } from '../support/smtp-client.ts';
import { type DoorOptions, type StartedDoor, withDoor } from '../support/start-door.ts';
import {
  createBackend,
  MAILER,
  openTestAuthenticator,
  toLocalAddresses,
  toPlainResponse,
  UNAVAILABLE,
} from '../support/test-logins.ts';
import { createTestTls, secureClient } from '../support/test-tls.ts';

/** A door with TLS from the first byte, where a login is needed. */
function withLogins(
  options: DoorOptions & { readonly backends?: readonly AuthBackend[] },
  body: (door: StartedDoor) => Promise<void>,
): Promise<void> {
  const { backends, ...rest } = options;
  const authenticator: DoorOptions['authenticator'] = (log) => openTestAuthenticator(log, backends);
  return withDoor({ tls: createTestTls(), ports: [], securePorts: [0], authenticator, ...rest }, body);
}

async function greet(door: StartedDoor): Promise<SmtpClient> {
  const client = await secureClient(await door.connect());
  await client.reply();
  await client.ask('EHLO client.example.com');
  return client;
}

async function send(client: SmtpClient, recipient: string): Promise<string> {
  for (const line of ['MAIL FROM:<a@example.com>', `RCPT TO:<${recipient}>`, 'DATA']) await client.ask(line);
  return await client.ask('Subject: x', '', 'body', '.');
}

test('A login stands in the record, in Received and in the log', async () => {
  await withLogins({ pipelineSettings: { addReceived: true } }, async (door) => {
    const client = await greet(door);
    assert.match(await client.ask(`AUTH PLAIN ${toPlainResponse()}`), /^235 /);
    assert.match(await send(client, 'b@example.com'), /^250/);
    const [record] = door.outlet.parsed();
    const { user, secure } = record?.['connection'] as { readonly [name: string]: unknown };
    assert.deepEqual([user, secure], ['mailer', true]);
    assert.match(String(record?.['mime']), /^Received: from [^\r]+\r\n\tby [^\r]+ with ESMTPSA /);
    const about = door.log.events.filter(({ fields }) => fields['user'] !== undefined).map(({ event }) => event);
    assert.deepEqual(about, ['auth.accepted']);
    await client.ask('QUIT');
    await door.empty();
    assert.equal(door.log.events.find(({ event }) => event === 'smtp.session.closed')?.fields['user'], 'mailer');
  });
});

test('A failed login stands in no record', async () => {
  const pipelineSettings = { addReceived: true, localAddresses: toLocalAddresses('substr @') };
  await withLogins({ pipelineSettings }, async (door) => {
    const client = await greet(door);
    const wrong = toPlainResponse({ username: 'mailer', password: 'wrong' });
    assert.match(await client.ask(`AUTH PLAIN ${wrong}`), /^535 /);
    assert.match(await send(client, 'b@example.com'), /^250/);
    const [record] = door.outlet.parsed();
    assert.equal((record?.['connection'] as { readonly user?: string }).user, undefined);
    assert.match(String(record?.['mime']), / with ESMTPS /);
  });
});

test('Mail for local addresses goes to the local queue, with and without a login', async () => {
  const localAddresses = toLocalAddresses('exact local@example.com');
  await withLogins({ pipelineSettings: { localAddresses, local: 'ours', refused: 'refused' } }, async (door) => {
    const client = await greet(door);
    assert.match(await send(client, 'local@example.com'), /^250/);
    assert.match(await send(client, 'other@example.com'), /^550 5\.7\.1 /);
    await client.ask(`AUTH PLAIN ${toPlainResponse()}`);
    for (const line of ['MAIL FROM:<a@example.com>', 'RCPT TO:<local@example.com>']) await client.ask(line);
    assert.match(await client.ask('RCPT TO:<other@example.com>'), /^250 /);
    await client.ask('DATA');
    assert.match(await client.ask('Subject: x', '', '.'), /^250/);
    const stored = door.outlet.records.map(({ recipient, queue }) => `${recipient} ${queue}`);
    assert.deepEqual(stored, [
      'local@example.com ours',
      'other@example.com refused',
      'local@example.com ours',
      'other@example.com inbox',
    ]);
  });
});

/** The text as it is, and as it may stand inside base64, whose letters depend on where in it the text begins. */
function toForms(text: string): string[] {
  const shifted = [0, 1, 2].map((shift) => {
    const base64 = Buffer.from(`${'x'.repeat(shift)}${text}`).toString('base64').replace(/=+$/, '');
    // The first and last letters also depend on what stands around the text.
    return base64.slice(shift === 0 ? 0 : shift + 1, -1);
  });
  return [text, Buffer.from(text).toString('hex'), encodeURIComponent(text), ...shifted];
}

test('Passwords are in no event, in whatever form, however the exchange goes', async () => {
  const secrets = { right: 'correct-horse', wrong: 'hunter2-hunter2' };
  const right = createBackend((signal) => Promise.resolve(!signal.aborted));
  for (const backends of [[right], [UNAVAILABLE], []]) {
    await withLogins({ backends }, async (door) => {
      const exchanges = Object.values(secrets).flatMap((password) => {
        const base64 = Buffer.from(password).toString('base64');
        const plain = toPlainResponse({ username: 'mailer', password });
        return [
          [`AUTH PLAIN ${plain}`],
          ['AUTH PLAIN', plain],
          ['AUTH LOGIN', Buffer.from('mailer').toString('base64'), base64],
          [`AUTH PLAIN ${plain} ${plain}`],
          [`AUTH XOAUTH2 ${plain}`],
          ['AUTH LOGIN', plain, '*'],
          [`AUTH PLAIN ${base64}`],
          ['AUTH PLAIN', password],
          [password],
          [`AUTH ${password}`],
        ];
      });
      for (const lines of exchanges) {
        const client = await greet(door);
        for (const line of lines) await client.ask(line);
        client.close();
      }
      await door.empty();
      const text = JSON.stringify(door.log.events);
      assert.ok(text.includes('smtp.command.rejected'));
      for (const form of Object.values(secrets).flatMap(toForms)) assert.ok(!text.includes(form), form);
    });
  }
});

const departures = {
  'resets the connection': (client: SmtpClient) => client.reset(),
  'closes the connection': (client: SmtpClient) => client.close(),
};

for (const [name, depart] of Object.entries(departures)) {
  test(`A client that ${name} while a backend thinks leaves nothing behind, and its mail is not taken`, async () => {
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<boolean>();
    const backend = createBackend(() => {
      asked.resolve();
      return answer.promise;
    });
    await withLogins({ backends: [backend] }, async (door) => {
      const outside = await door.connect();
      const client = await secureClient(outside);
      await client.reply();
      await client.ask('EHLO client.example.com');
      client.send(
        `AUTH PLAIN ${toPlainResponse()}`,
        'MAIL FROM:<a@example.com>',
        'RCPT TO:<b@example.com>',
        'DATA',
        'x',
      );
      await asked.promise;
      depart(outside);
      await outside.closed();
      answer.resolve(true);
      await door.empty();
      assert.deepEqual(door.outlet.records, []);
      assert.deepEqual(door.log.events.filter(({ event }) => event === 'gateway.fault'), []);
      assert.equal(door.log.events.at(-1)?.event, 'smtp.session.closed');
    });
  });
}

test('A connection that is cut ends the login under way, and the client is told nothing more', async () => {
  const asked = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<void>();
  const backend = createBackend((signal) => {
    asked.resolve();
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        aborted.resolve();
        reject(signal.reason);
      });
    });
  });
  await withLogins({ backends: [backend] }, async (door) => {
    const client = await greet(door);
    client.send(`AUTH PLAIN ${toPlainResponse()}`, 'MAIL FROM:<a@example.com>');
    await asked.promise;
    const closed = door.door.close();
    await aborted.promise;
    await closed;
    await door.empty();
    assert.equal(await client.rest(), '');
    const events = door.log.events.map(({ event }) => event);
    assert.deepEqual(events.slice(events.indexOf('smtp.session.opened') + 1), ['smtp.session.closed']);
  });
});

test('A login under way when the door drains is put off, and the session ends', async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<boolean>();
  const backend = createBackend(() => {
    asked.resolve();
    return answer.promise;
  });
  await withLogins({ backends: [backend] }, async (door) => {
    const client = await greet(door);
    client.send(`AUTH PLAIN ${toPlainResponse()}`);
    await asked.promise;
    const drained = door.door.drain();
    answer.reject(new Error('the gateway is stopping'));
    assert.match(await client.rest(), /^454 4\.7\.0 [^\r]+\r\n421 4\.3\.2 [^\r]+\r\n$/);
    await drained;
  });
});

test('Two sessions that log in at the same time do not see each other', async () => {
  await withLogins({}, async (door) => {
    const [first, second] = [await greet(door), await greet(door)];
    const wrong = toPlainResponse({ ...MAILER, password: 'wrong' });
    const replies = await Promise.all([
      first.ask(`AUTH PLAIN ${toPlainResponse()}`),
      second.ask(`AUTH PLAIN ${wrong}`),
    ]);
    assert.deepEqual(replies.map((reply) => reply.slice(0, 3)), ['235', '535']);
    assert.match(await first.ask('MAIL FROM:<a@example.com>'), /^250 /);
    assert.match(await second.ask('MAIL FROM:<a@example.com>'), /^530 5\.7\.0 /);
  });
});
