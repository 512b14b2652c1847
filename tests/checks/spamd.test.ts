import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { askSpamd, MAX_SCANNED_BYTES, parseVerdict } from '../../src/checks/spamd.ts';
import { freePorts } from '../support/free-port.ts';

const HOST = '127.0.0.1';

async function startFake(context: TestContext, onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  }).listen(0, HOST);
  await once(server, 'listening');
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test('askSpamd() sends the bytes it is given and reads the verdict', async (context) => {
  let received = '';
  const port = await startFake(context, (socket) => {
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (!received.endsWith('\r\n\r\nbody\xe9')) return;
      socket.write('SPAMD/1.1 0 EX_OK\r\nContent-length: 9\r\nSpam: True ; 15.2 ');
      socket.end('/ 5.0\r\n\r\nGTUBE,B_2\r\n');
    });
  });
  const content = [Buffer.from('Subject: a\r\n\r\n'), Buffer.from('body\xe9', 'latin1')];
  assert.deepEqual(await askSpamd(content, { host: HOST, port, timeoutMs: 5000 }), {
    score: 15.2,
    threshold: 5,
    result: 'fail',
    symbols: ['GTUBE', 'B_2'],
  });
  assert.equal(received, 'SYMBOLS SPAMC/1.5\r\nContent-length: 19\r\n\r\nSubject: a\r\n\r\nbody\xe9');
});

test('askSpamd() does not bother spamd with a large message', async () => {
  const [port = 0] = await freePorts(1);
  const half = Buffer.alloc(MAX_SCANNED_BYTES / 2);
  const address = { host: HOST, port, timeoutMs: 1000 };
  assert.deepEqual(await askSpamd([half, half, Buffer.from('x')], address), { result: 'none' });
  await assert.rejects(askSpamd([half, half], address));
});

const broken: readonly [what: string, answer: (socket: Socket) => void, expected: RegExp][] = [
  ['says nothing', () => {}, /no answer within 100 ms/],
  ['closes at once', (socket) => socket.end(), /not a verdict: ""/],
  ['breaks the connection', (socket) => socket.resetAndDestroy(), /ECONNRESET|closed/],
  ['stops in the middle', (socket) => socket.end('SPAMD/1.1 0 EX_OK\r\nSpam: True ; 1.0 / 5.0\r\n'), /not a verdict/],
  ['reports a failure', (socket) => socket.end('SPAMD/1.0 74 EX_IOERR\r\n\r\n'), /"SPAMD\/1.0 74 EX_IOERR"/],
  ['answers without end', (socket) => socket.write('x'.repeat(100_000)), /the answer is too long/],
];

for (const [what, answer, expected] of broken) {
  test(`askSpamd() rejects when spamd ${what}`, async (context) => {
    const port = await startFake(context, answer);
    const timeoutMs = what === 'says nothing' ? 100 : 5000;
    await assert.rejects(askSpamd([Buffer.from('a')], { host: HOST, port, timeoutMs }), expected);
  });
}

const verdicts: readonly [answer: string, expected: unknown][] = [
  ['Spam: False ; -1.5 / 5.0', { score: -1.5, threshold: 5, result: 'pass', symbols: [] }],
  ['Content-length: 0\r\nspam:yes;5/5', { score: 5, threshold: 5, result: 'fail', symbols: [] }],
];

for (const [head, expected] of verdicts) {
  test(`parseVerdict() reads ${JSON.stringify(head)}`, () => {
    assert.deepEqual(parseVerdict(`SPAMD/1.1 0 EX_OK\r\n${head}\r\n\r\n`), expected);
  });
}

test('parseVerdict() takes names of rules only, and so many of them', () => {
  const rules = `${'A,'.repeat(600)}`;
  const verdict = parseVerdict(`SPAMD/1.1 0 EX_OK\r\nSpam: False ; 0.0 / 5.0\r\n\r\nok,"no",n-o, x\r\n${rules}`);
  assert.deepEqual(verdict.symbols?.slice(0, 3), ['ok', 'x', 'A']);
  assert.equal(verdict.symbols?.length, 500);
});
