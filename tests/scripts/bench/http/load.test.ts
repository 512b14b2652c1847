// The clients of the HTTP benchmark: they send what they say, know a whole answer, and count nothing that was not promised.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { countAccepted, isWhole, runHttpLoad, toRequest } from '../../../../scripts/bench/http/load.ts';

async function listen(context: TestContext, listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test('toRequest() has messages of the length that was asked for, with CRLF everywhere', () => {
  for (const bytes of [200, 4096, 4097]) {
    const [, body = ''] = toRequest({ bytes, lines: 3 }).toString().split('\r\n\r\n');
    const lines = body.trimEnd().split('\n').map((line) => JSON.parse(line) as { readonly mime: string });
    assert.deepEqual(lines.map(({ mime }) => mime.length), [bytes, bytes, bytes]);
    assert.doesNotMatch(lines[0]?.mime ?? '', /[^\r]\n|\r[^\n]/);
  }
});

const answers = [
  { text: 'HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nab', whole: true },
  { text: 'HTTP/1.1 202 Accepted\r\nContent-Length: 3\r\n\r\nab', whole: false },
  { text: 'HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n', whole: false },
  { text: 'HTTP/1.1 207 Multi-Status\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n', whole: false },
  { text: 'HTTP/1.1 207 Multi-Status\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n', whole: true },
];
for (const { text, whole } of answers) {
  test(`isWhole() ${whole ? 'takes' : 'waits for more than'} ${JSON.stringify(text)}`, () => {
    assert.equal(isWhole(text), whole);
  });
}

test('countAccepted() throws when a message was not accepted', () => {
  assert.equal(countAccepted('HTTP/1.1 202 Accepted\r\n', undefined), 1);
  assert.equal(countAccepted('{"status":202,"id":1}\n{"status":202,"id":2}\n', 2), 2);
  assert.throws(() => countAccepted('HTTP/1.1 503 Service Unavailable\r\n', undefined), /Not every message/);
  assert.throws(() => countAccepted('{"status":202,"id":1}\n{"status":503}\n', 2), /Not every message/);
});

test('runHttpLoad() keeps every connection busy and counts what was accepted', async (context) => {
  const sockets = new Set<unknown>();
  let requests = 0;
  const port = await listen(context, (request, response) => {
    sockets.add(request.socket);
    requests++;
    request.resume().once('end', () => response.writeHead(202).end('{}'));
  });
  const result = await runHttpLoad({ port, connections: 3, seconds: 0.05, bytes: 100 });
  assert.equal(sockets.size, 3);
  assert.equal(result.messages, requests);
  assert.ok(requests >= 3 && result.p50Ms <= result.p99Ms);
});

test('runHttpLoad() rejects when a message is refused', async (context) => {
  const port = await listen(context, (_request, response) => response.writeHead(503).end('{}'));
  await assert.rejects(runHttpLoad({ port, connections: 1, seconds: 1, bytes: 100 }), /Not every message/);
});
