// https:// against TLS servers with certificates that are right, of a stranger, and of another host.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { test, type TestContext } from 'node:test';
import { parseHttp } from '../../src/auth/http.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { type Certificate, createAuthority } from './support/certificates.ts';
import { openParsed } from './support/open-parsed.ts';

const signal = new AbortController().signal;
const credentials = { username: 'jane', password: 'pässwörd' };

async function startServer(context: TestContext, { certificate, key }: Certificate) {
  const requests: string[] = [];
  const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (request, response) => {
    requests.push(request.headers.authorization ?? '');
    response.end();
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return { port: typeof address === 'object' ? address?.port : 0, requests };
}

test('https:// verifies the certificate by the authority of its URL before the password leaves', async (context) => {
  const directory = makeTemporaryDirectory(context);
  const authority = createAuthority(directory);
  const stranger = createAuthority(directory, 'stranger');
  const { port, requests } = await startServer(context, authority.issue('server', 'DNS:localhost,IP:127.0.0.1'));
  const open = (url: string) => openParsed(parseHttp(url), { context });
  const right = await open(`https://localhost:${port}/#ca=${authority.ca}`);
  assert.equal(await right.check(credentials, signal), true);
  const byAddress = await open(`https://127.0.0.1:${port}/#ca=${authority.ca}`);
  assert.equal(await byAddress.check(credentials, signal), true);
  assert.equal(requests.length, 2);
  const others = [`https://localhost:${port}/#ca=${stranger.ca}`, `https://localhost:${port}/`];
  for (const url of others) await assert.rejects((await open(url)).check(credentials, signal), /certificate|issuer/i);
  assert.equal(requests.length, 2);
});

test('https:// does not talk to a server whose certificate is for another host', async (context) => {
  const authority = createAuthority(makeTemporaryDirectory(context));
  const { port, requests } = await startServer(context, authority.issue('other', 'DNS:other.example.com'));
  const backend = await openParsed(parseHttp(`https://localhost:${port}/#ca=${authority.ca}`), { context });
  await assert.rejects(backend.check(credentials, signal));
  assert.deepEqual(requests, []);
});
