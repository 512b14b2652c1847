// The benchmark's lean client: what it sends, what it takes for accepted, and that it notices lost ids.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test, type TestContext } from 'node:test';
import { checkIds } from '../../../scripts/bench/client.ts';
import { headerBytes, makeContent } from '../../../scripts/bench/content.ts';
import { SmtpSession } from '../../../scripts/bench/programs/smtp-session.ts';

/** A server that answers the n-th write with the n-th text; resolves to its port and what it was sent. */
async function startServer(context: TestContext, replies: readonly string[]) {
  const said: string[] = [];
  const server = createServer((socket) => {
    const left = [...replies];
    socket.on('error', () => {});
    socket.write(left.shift() ?? '');
    socket.on('data', (chunk: Buffer) => {
      said.push(chunk.toString('latin1'));
      socket.write(left.shift() ?? '421 4.3.2 Bye\r\n');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  return { port: (server.address() as AddressInfo).port, said };
}

const GREETING = ['220 mx ESMTP\r\n', '250-mx\r\n250 PIPELINING\r\n'];

test('SmtpSession names every id of a reply of several lines', async (context) => {
  const final = '250-2.0.0 Ok, queued as\r\n250-2.0.0 AB1 for a@example.org\r\n250 2.0.0 AB2 for b@example.org\r\n';
  const { port, said } = await startServer(context, [
    ...GREETING,
    '250 Ok\r\n',
    '250 Ok\r\n250 Ok\r\n',
    '354 Go\r\n',
    final,
  ]);
  const session = await SmtpSession.open(port);
  const envelope = ['MAIL FROM:<>\r\n', 'RCPT TO:<a@example.org>\r\n', 'RCPT TO:<b@example.org>\r\n'];
  const { ids, waitMs } = await session.send({ envelope, content: makeContent('text', 10) });
  session.close();
  assert.deepEqual(ids, ['AB1', 'AB2']);
  assert.ok(waitMs >= 0);
  assert.deepEqual(said.slice(1, 4), ['MAIL FROM:<>\r\n', envelope.slice(1).join(''), 'DATA\r\n']);
  assert.match(said[4] ?? '', /\r\n\r\nAn ordinary line [^]*\r\n\.\r\n$/);
});

test('SmtpSession rejects at the first refusal', async (context) => {
  const { port } = await startServer(context, [...GREETING, '250 Ok\r\n', '452 4.5.3 Later\r\n']);
  const session = await SmtpSession.open(port);
  const mail = { envelope: ['MAIL FROM:<>\r\n', 'RCPT TO:<a@example.org>\r\n'], content: makeContent('text', 10) };
  await assert.rejects(session.send(mail), /refused: 452 4\.5\.3 Later/);
});

test('checkIds() wants each id that was promised, once, and no other', () => {
  checkIds(['a', 'b'], ['b', 'a']);
  assert.throws(() => checkIds(['a', 'b'], ['a']), /1 of 2 ids in replies are not in the queue/);
  assert.throws(() => checkIds(['a'], ['a', 'a']), /1 ids are in the queue twice/);
  assert.throws(() => checkIds(['a'], ['a', 'b']), /2 in the queue, 1 promised/);
});

test('makeContent() ends with the dot, is as long as asked, and stuffs its dots', () => {
  for (const shape of ['text', 'dots', 'single dots', 'short lines'] as const) {
    const content = makeContent(shape, 50_000);
    assert.ok(Math.abs(content.length - 50_000) < 80, `${shape}: ${content.length}`);
    assert.ok(content.includes('\r\n\r\n') && content.subarray(-5).toString() === '\r\n.\r\n', shape);
  }
  assert.match(makeContent('single dots', 500).toString(), /\r\n\r\n(\.\.\r\n)+\.\r\n$/);
  const lines = makeContent('headers', headerBytes(1000)).toString().match(/^X-Line: /gm);
  assert.equal(lines?.length, 1000);
});
