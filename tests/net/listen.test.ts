// Binding of a port: where it ends up, and errors that say what to do.
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import { test, type TestContext } from 'node:test';
import { listenOn } from '../../src/net/listen.ts';

const SMTP = { door: 'SMTP', portKey: 'smtp-port' };

function openServer(context: TestContext): Server {
  const server = createServer();
  context.after(() => void server.close());
  return server;
}

test('listenOn() gives the address and the port that the system chose', async (context) => {
  const bound = await listenOn(openServer(context), { address: '127.0.0.1', port: 0, ...SMTP });
  assert.equal(bound.address, '127.0.0.1');
  assert.ok(bound.port > 0);
});

test('listenOn() without an address listens on all of them', async (context) => {
  const bound = await listenOn(openServer(context), { address: undefined, port: 0, ...SMTP });
  assert.ok(['::', '0.0.0.0'].includes(bound.address));
});

test('listenOn() names the door, the place and the key when the port is in use', async (context) => {
  const { port } = await listenOn(openServer(context), { address: '127.0.0.1', port: 0, ...SMTP });
  await assert.rejects(listenOn(openServer(context), { address: '127.0.0.1', port, ...SMTP }), {
    message: `Cannot open the SMTP door on 127.0.0.1, port ${port}: ` +
      'the port is in use; stop the other program or set smtp-port',
  });
});

test('listenOn() says so when all addresses were wanted and the port is in use', async (context) => {
  const { port } = await listenOn(openServer(context), { address: undefined, port: 0, ...SMTP });
  await assert.rejects(listenOn(openServer(context), { address: undefined, port, ...SMTP }), {
    message: `Cannot open the SMTP door on all addresses, port ${port}: ` +
      'the port is in use; stop the other program or set smtp-port',
  });
});

test('listenOn() says so when the host does not have the address', async (context) => {
  await assert.rejects(listenOn(openServer(context), { address: '192.0.2.1', port: 0, ...SMTP }), {
    message: 'Cannot open the SMTP door on 192.0.2.1, port 0: this host does not have that address',
  });
});

for (const code of ['EACCES', 'EPERM']) {
  test(`listenOn() names the capability when the system says ${code}`, async (context) => {
    const server = openServer(context);
    // Whoever runs the tests may be allowed to bind any port, so the system's answer is put in its mouth.
    server.listen = () => {
      const error = Object.assign(new Error(`listen ${code}`), { code });
      setImmediate(() => server.emit('error', error));
      return server;
    };
    await assert.rejects(listenOn(server, { address: '127.0.0.1', port: 25, ...SMTP }), (error: Error) => {
      assert.equal(
        error.message,
        'Cannot open the SMTP door on 127.0.0.1, port 25: ' +
          'no permission; ports below 1024 need root or the capability CAP_NET_BIND_SERVICE, or set smtp-port',
      );
      assert.equal((error.cause as NodeJS.ErrnoException).code, code);
      return true;
    });
  });
}

test('listenOn() falls back to IPv4 on a host without IPv6', async (context) => {
  const server = openServer(context);
  const listen = server.listen.bind(server) as (options: object, callback: () => void) => Server;
  server.listen = ((options: { host: string }, callback: () => void) => {
    if (options.host !== '::') return listen(options, callback);
    const error = Object.assign(new Error('listen EAFNOSUPPORT'), { code: 'EAFNOSUPPORT' });
    setImmediate(() => server.emit('error', error));
    return server;
  }) as Server['listen'];
  const bound = await listenOn(server, { address: undefined, port: 0, ...SMTP });
  assert.equal(bound.address, '0.0.0.0');
});
