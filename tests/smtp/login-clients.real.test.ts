// Clients that nobody here wrote log in, after STARTTLS and inside TLS, with either mechanism, and are told when they may not.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { LOGIN_CLIENTS, type LoginDelivery } from '../support/login-clients.ts';
import { decodeMime } from '../support/read-record.ts';
import { DOOR_NAME, type StartedDoor, withDoor } from '../support/start-door.ts';
import { openTestAuthenticator } from '../support/test-logins.ts';
import { createTestTls, TEST_PAIR } from '../support/test-tls.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { parseHardcoded } from '../../src/auth/hardcoded.ts';

// Python's smtplib encodes what is ASCII only.
const USER = { username: 'mailer@example.com', password: 'Geh 3im;"nis\\$' };
const CONTENT = 'From: a@example.com\r\nTo: b@example.com\r\nSubject: logged in\r\n\r\n.\r\n..\r\nbody\r\n';

async function withLogins(
  context: TestContext,
  body: (door: StartedDoor, delivery: Omit<LoginDelivery, 'port' | 'tls' | 'mechanism'>) => Promise<void>,
): Promise<void> {
  const ca = join(makeTemporaryDirectory(context), 'ca.pem');
  writeFileSync(ca, TEST_PAIR.certificate);
  const backend = parseHardcoded(`hardcoded://${USER.username}:${USER.password}`);
  assert.ok(backend.ok);
  const delivery = { ...USER, host: DOOR_NAME, ca, content: CONTENT, from: 'a@example.com', to: 'b@example.com' };
  await withDoor({
    tls: createTestTls(),
    securePorts: [0],
    authenticator: (log) => openTestAuthenticator(log, [backend.value]),
  }, (door) => body(door, delivery));
}

for (const { name, send } of LOGIN_CLIENTS) {
  for (const tls of ['starttls', 'implicit'] as const) {
    for (const mechanism of ['PLAIN', 'LOGIN'] as const) {
      test(`${name} logs in with ${mechanism} (${tls}) and sends its bytes; a wrong password is refused`, async (context) => {
        await withLogins(context, async ({ door, outlet }, delivery) => {
          const port = door.bound.find(({ secure }) => secure === (tls === 'implicit'))?.port ?? 0;
          await send({ ...delivery, port, tls, mechanism });
          const [record, ...more] = outlet.parsed();
          assert.deepEqual(more, []);
          const { user, secure } = record?.['connection'] as { readonly user?: string; readonly secure?: boolean };
          assert.deepEqual([user, secure], [USER.username, true]);
          assert.equal(decodeMime(record ?? {}).toString(), CONTENT);
          await assert.rejects(send({ ...delivery, port, tls, mechanism, password: 'wrong' }), /535|Login denied/);
          assert.equal(outlet.records.length, 1);
        });
      });
    }
  }
}
