// Requests on which two readers of one connection could disagree: each is refused whole, and nothing behind it is a request.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openHttpDoor, RAW_REQUEST } from '../support/open-http-door.ts';
import { connectRaw } from '../support/raw-http.ts';

/** What must never be taken for a request of its own. */
const SMUGGLED = `${RAW_REQUEST}Content-Length: 1\r\nConnection: close\r\n\r\ny`;

const shapes: readonly { name: string; head: string; body?: string }[] = [
  { name: 'both lengths', head: 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', body: '0\r\n\r\n' },
  {
    name: 'both lengths, the other way round',
    head: 'Transfer-Encoding: chunked\r\nContent-Length: 5\r\n',
    body: '0\r\n\r\n',
  },
  { name: 'two Content-Length', head: 'Content-Length: 1\r\nContent-Length: 1000\r\n', body: 'x' },
  { name: 'a list as Content-Length', head: 'Content-Length: 1, 1000\r\n', body: 'x' },
  { name: 'a signed Content-Length', head: 'Content-Length: +1\r\n', body: 'x' },
  { name: 'a negative Content-Length', head: 'Content-Length: -1\r\n' },
  { name: 'a hexadecimal Content-Length', head: 'Content-Length: 0x1\r\n', body: 'x' },
  { name: 'a Content-Length without end', head: `Content-Length: ${'9'.repeat(30)}\r\n`, body: 'x' },
  { name: 'a blank before the colon', head: 'Transfer-Encoding : chunked\r\n', body: '0\r\n\r\n' },
  { name: 'chunked in the middle', head: 'Transfer-Encoding: chunked, identity\r\n', body: '0\r\n\r\n' },
  { name: 'two codings', head: 'Transfer-Encoding: identity\r\nTransfer-Encoding: chunked, x\r\n', body: '0\r\n\r\n' },
  { name: 'an unknown coding', head: 'Transfer-Encoding: xchunked\r\n', body: '0\r\n\r\n' },
  { name: 'a control character in a header', head: 'X: a\x0bb\r\nContent-Length: 1\r\n', body: 'x' },
  { name: 'NUL in a header', head: 'X: a\0b\r\nContent-Length: 1\r\n', body: 'x' },
  { name: 'a bare CR in a header', head: 'X: a\rContent-Length: 1\r\n', body: 'x' },
  { name: 'no colon', head: 'X\r\nContent-Length: 1\r\n', body: 'x' },
  { name: 'a chunk that is no number', head: 'Transfer-Encoding: chunked\r\n', body: 'z\r\nx\r\n0\r\n\r\n' },
  { name: 'a chunk length without end', head: 'Transfer-Encoding: chunked\r\n', body: `${'f'.repeat(20)}\r\nx` },
  { name: 'a negative chunk', head: 'Transfer-Encoding: chunked\r\n', body: '-1\r\nx\r\n0\r\n\r\n' },
  { name: 'a chunk that is longer than it says', head: 'Transfer-Encoding: chunked\r\n', body: '1\r\nxx\r\n0\r\n\r\n' },
  {
    name: 'a chunk extension with a line end',
    head: 'Transfer-Encoding: chunked\r\n',
    body: '1;a\nb\r\nx\r\n0\r\n\r\n',
  },
];

for (const { name, head, body = '' } of shapes) {
  test(`A request with ${name} is refused, and with it what follows`, async (t) => {
    const { port, submissions } = await openHttpDoor(t, { timeouts: { lingerMs: 1 } });
    const client = await connectRaw(port);
    await client.write(`${RAW_REQUEST}${head}\r\n${body}${SMUGGLED}`);
    const answers = [...(await client.toEnd()).matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status);
    assert.deepEqual(answers, ['400']);
    assert.deepEqual(submissions, []);
  });
}

test('An HTTP/1.0 request with chunks is not read as one and what follows as another', async (t) => {
  const { port, submissions } = await openHttpDoor(t, { timeouts: { lingerMs: 1 } });
  const client = await connectRaw(port);
  const head = RAW_REQUEST.replace('HTTP/1.1', 'HTTP/1.0');
  await client.write(`${head}Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n${SMUGGLED}`);
  assert.equal((await client.toEnd()).match(/HTTP\/1\.1 /g)?.length, 1);
  assert.ok(submissions.length <= 1);
});

const upgrades: readonly { name: string; bytes: string; answer: RegExp }[] = [
  {
    name: 'HTTP/2 in the clear',
    bytes: 'GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\n' +
      'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n',
    answer: /^HTTP\/1\.1 200 /,
  },
  { name: 'HTTP/2 at once', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', answer: /^HTTP\/1\.1 400 / },
  {
    name: 'a WebSocket',
    bytes: 'GET /v1/messages HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    answer: /^HTTP\/1\.1 405 /,
  },
  { name: 'a tunnel', bytes: 'CONNECT mail.example:25 HTTP/1.1\r\nHost: localhost\r\n\r\n', answer: /^$/ },
];

for (const { name, bytes, answer } of upgrades) {
  test(`A client that asks for ${name} stays with HTTP/1.1 or goes`, async (t) => {
    const { port, submissions } = await openHttpDoor(t);
    const client = await connectRaw(port);
    await client.write(bytes);
    const said = await client.toEnd();
    assert.match(said, answer);
    assert.doesNotMatch(said, /^HTTP\/1\.1 101/);
    assert.deepEqual(submissions, []);
  });
}
