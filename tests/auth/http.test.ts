// http:// against real servers.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { test, type TestContext } from 'node:test';
import { parseHttp } from '../../src/auth/http.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { openParsed } from './support/open-parsed.ts';

const signal = new AbortController().signal;
const credentials = { username: 'jörg', password: 'päss:wörd' };

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function startServer(context: TestContext, answer: Answer) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

test('http:// sends a GET with Basic credentials in UTF-8 to path and query', async (context) => {
  const seen: string[] = [];
  const url = await startServer(context, (request, response) => {
    const [, basic = ''] = (request.headers.authorization ?? '').split(' ');
    seen.push(request.method ?? '', request.url ?? '', Buffer.from(basic, 'base64').toString());
    response.end();
  });
  const backend = await openParsed(parseHttp(`${url}/check/login?door=smtp`), { context });
  assert.equal(await backend.check(credentials, signal), true);
  assert.deepEqual(seen, ['GET', '/check/login?door=smtp', 'jörg:päss:wörd']);
});

for (
  const [status, expected] of [[200, true], [204, true], [299, true], [301, false], [401, false], [403, false], [
    500,
    false,
  ]] as const
) {
  test(`http:// takes status ${status} as ${expected ? 'accepted' : 'rejected'}`, async (context) => {
    const url = await startServer(context, (_, response) => response.writeHead(status).end());
    const backend = await openParsed(parseHttp(url), { context });
    assert.equal(await backend.check(credentials, signal), expected);
  });
}

test('http:// follows no redirect', async (context) => {
  const paths: string[] = [];
  const url = await startServer(context, (request, response) => {
    paths.push(request.url ?? '');
    if (request.url === '/') response.writeHead(302, { location: '/elsewhere' }).end();
    else response.end();
  });
  const backend = await openParsed(parseHttp(url), { context });
  assert.equal(await backend.check(credentials, signal), false);
  assert.deepEqual(paths, ['/']);
});

test('http:// does not care how long the body is or whether it ever ends', async (context) => {
  const url = await startServer(context, (request, response) => {
    response.writeHead(200);
    if (request.url === '/long') response.end(Buffer.alloc(10_000_000));
    else response.write('more to come');
  });
  for (const path of ['/long', '/endless', '/long']) {
    const backend = await openParsed(parseHttp(`${url}${path}`), { context });
    assert.equal(await backend.check(credentials, signal), true);
  }
});

test('http:// asks nobody about a user name with a colon', async (context) => {
  const url = await startServer(context, (_, response) => response.end());
  const backend = await openParsed(parseHttp(url), { context });
  assert.equal(await backend.check({ username: 'jane:x', password: 'y' }, signal), false);
});

test('http:// cannot say when the server hangs up, is silent, or is not there', async (context) => {
  const url = await startServer(context, (request) => request.url === '/gone' && request.socket.destroy());
  const gone = await openParsed(parseHttp(`${url}/gone`), { context });
  await assert.rejects(gone.check(credentials, signal));
  const silent = await openParsed(parseHttp(`${url}/silent`, { timeoutMs: 100 }), { context });
  await assert.rejects(silent.check(credentials, signal), /no answer within 100 ms/);
  const nobody = await openParsed(parseHttp('http://127.0.0.1:1/'), { context });
  await assert.rejects(nobody.check(credentials, signal), /ECONNREFUSED/);
});

test('http:// ends when the login is given up', async (context) => {
  const controller = new AbortController();
  const url = await startServer(context, () => controller.abort(new Error('gone')));
  const backend = await openParsed(parseHttp(url), { context });
  await assert.rejects(backend.check(credentials, controller.signal), /gone/);
});

test('http:// to another host warns once that passwords are readable on the way', async (context) => {
  const log = createRecordingLog();
  await openParsed(parseHttp('http://auth.example.com/check?key=secret'), { context, log });
  await openParsed(parseHttp('http://[::1]/check'), { context, log });
  await openParsed(parseHttp('https://auth.example.com/check'), { context, log });
  assert.deepEqual(log.events, [{ event: 'auth.cleartext', fields: { backend: 'http://auth.example.com/check' } }]);
});
