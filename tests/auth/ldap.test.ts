// ldap:// against servers that answer in every way that a real one does not on demand.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { createServer, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { parseLdap } from '../../src/auth/ldap.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { openParsed } from './support/open-parsed.ts';

const signal = new AbortController().signal;
const credentials = { username: 'jane,ou=x', password: 'pässwörd' };

/** A BindResponse with this result code. */
function toResponse(code: number): Buffer {
  return Buffer.from([0x30, 12, 2, 1, 1, 0x61, 7, 10, 1, code, 4, 0, 4, 0]);
}

async function startServer(context: TestContext, answer: (socket: Socket) => void) {
  const received: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      received.push(Buffer.from(chunk));
      if (received.length === 1) answer(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return { url: `ldap://127.0.0.1:${port}/ou=my%20people,dc=example`, received };
}

test('ldap:// binds as uid=<escaped>,<base DN> with the password, and unbinds', async (context) => {
  const { url, received } = await startServer(context, (socket) => socket.write(toResponse(0)));
  const log = createRecordingLog();
  const backend = await openParsed(parseLdap(url), { context, log });
  assert.equal(await backend.check(credentials, signal), true);
  assert.ok(received[0]?.includes('uid=jane\\2cou\\3dx,ou=my people,dc=example'));
  assert.ok(received[0]?.includes('pässwörd'));
  assert.deepEqual(log.events, []);
});

test('ldap:// never binds with an empty password, which would be an anonymous login', async (context) => {
  const { url, received } = await startServer(context, (socket) => socket.write(toResponse(0)));
  const backend = await openParsed(parseLdap(url), { context });
  assert.equal(await backend.check({ username: 'jane', password: '' }, signal), false);
  assert.deepEqual(received, []);
});

test('ldap:// reads an answer that comes in pieces', async (context) => {
  const { url } = await startServer(context, (socket) => {
    socket.setNoDelay(true);
    const bytes = [...toResponse(49)];
    const next = () => {
      const byte = bytes.shift();
      if (byte !== undefined) socket.write(Uint8Array.of(byte), () => setImmediate(next));
    };
    next();
  });
  const backend = await openParsed(parseLdap(url), { context });
  assert.equal(await backend.check(credentials, signal), false);
});

const troubles: readonly {
  readonly name: string;
  readonly answer: (socket: Socket) => void;
  readonly reason: RegExp;
}[] = [
  { name: 'is busy', answer: (socket) => socket.write(toResponse(51)), reason: /LDAP result 51/ },
  { name: 'wants TLS first', answer: (socket) => socket.write(toResponse(13)), reason: /LDAP result 13/ },
  { name: 'hangs up', answer: (socket) => socket.end(), reason: /closed the connection without an answer/ },
  { name: 'speaks something else', answer: (socket) => socket.write('220 hello\r\n'.repeat(20)), reason: /LDAP/ },
  { name: 'is silent', answer: () => {}, reason: /no answer within 200 ms/ },
];

for (const { name, answer, reason } of troubles) {
  test(`ldap:// cannot say when the server ${name}`, async (context) => {
    const { url } = await startServer(context, answer);
    const backend = await openParsed(parseLdap(url, { timeoutMs: name === 'is silent' ? 200 : 10_000 }), { context });
    await assert.rejects(backend.check(credentials, signal), reason);
  });
}

test('ldap:// cannot say when nobody listens', async (context) => {
  const backend = await openParsed(parseLdap('ldap://127.0.0.1:1/dc=example'), { context });
  await assert.rejects(backend.check(credentials, signal), /ECONNREFUSED/);
});

test('ldap:// ends when the login is given up', async (context) => {
  const controller = new AbortController();
  const { url } = await startServer(context, () => controller.abort(new Error('gone')));
  const backend = await openParsed(parseLdap(url), { context });
  await assert.rejects(backend.check(credentials, controller.signal), /gone/);
});

test('ldap:// to another host warns once that passwords are readable on the way', async (context) => {
  const log = createRecordingLog();
  await openParsed(parseLdap('ldap://ldap.example.com/dc=example'), { context, log });
  const fields = { backend: 'ldap://ldap.example.com/dc=example' };
  assert.deepEqual(log.events, [{ event: 'auth.cleartext', fields }]);
});

test('ldaps:// does not start when its certificate authority is missing', async () => {
  await assert.rejects(openParsed(parseLdap('ldaps://ldap.example.com/dc=example#ca=/nonexistent.pem')), /ENOENT/);
});
