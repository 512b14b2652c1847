// Hostile bytes in every header, the query and every JSON property, over a real connection: refused or taken, never a fault.

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createRecordingDoor, send } from '../support/http-door.ts';
import { type OpenDoor, openHttpDoor } from '../support/open-http-door.ts';
import { connectRaw } from '../support/raw-http.ts';

const HOSTILE = [
  '',
  ' ',
  ',',
  ';',
  '"',
  '\\',
  '%',
  '%00',
  '%0d%0aX: y',
  '%ff',
  '%ed%a0%80',
  '\t',
  '\x00',
  '\x01',
  '\x7f',
  '\x80',
  '\xff\xfe',
  '\xed\xa0\x80',
  '\xc3\xbc',
  '\xf0\x9f\x92\xa9',
  '\xe2\x80\xae',
  '__proto__',
  'constructor',
  '9'.repeat(400),
  'a'.repeat(5000),
  '"'.repeat(5000),
  '\\'.repeat(5000),
  ','.repeat(5000),
  '<'.repeat(5000),
  '('.repeat(5000),
  'a@'.repeat(2000),
  '-1',
  '1e9',
  'NaN',
  'multipart/form-data; boundary=',
  'application/json; charset="utf-8',
  'Basic ' + 'A'.repeat(4000),
  'Bearer \xff',
  '../../..',
  "'; drop table records; --",
];

const HEADERS = [
  'Content-Type',
  'Content-Encoding',
  'X-Envelope-From',
  'X-Envelope-To',
  'X-Uuid',
  'X-Priority',
  'X-Request-Id',
  'Authorization',
  'Idempotency-Key',
  'Origin',
  'Sec-Fetch-Site',
  'X-Forwarded-For',
  'Expect',
  'Accept',
  'Host',
  'Transfer-Encoding',
  'Content-Length',
];

const PATHS: readonly [path: string, type: string, body: string][] = [
  ['/v1/messages', 'message/rfc822', 'To: r@x.example\r\n\r\n'],
  ['/v1/messages', 'application/json', '{"envelope":"","recipient":"r@x.example","mime":"x"}'],
  ['/v1/messages', 'application/x-ndjson', '{"envelope":"","recipient":"r@x.example","mime":"x"}\n'],
  ['/v1/mail/send', 'application/octet-stream', 'X-Uuid: a\r\nTo: r@x.example\r\n\r\n'],
];

/** Sends one request and closes; the status, 0 where the server closed without an answer. */
async function exchange(port: number, request: string): Promise<number> {
  const client = await connectRaw(port);
  await client.write(Buffer.from(request, 'latin1'));
  client.socket.end();
  const answer = await client.toEnd().catch(() => '');
  return Number(/^HTTP\/1\.1 (\d+) /.exec(answer)?.[1] ?? 0);
}

function assertNoFault({ events }: OpenDoor, status: number, what: string): void {
  assert.ok(status < 500, `${what}: ${status}`);
  assert.ok(events.every(({ event }) => event !== 'gateway.fault'), what);
}

for (const header of HEADERS) {
  test(`Hostile values of ${header} are no fault`, async (t: TestContext) => {
    const door = await openHttpDoor(t, { timeouts: { lingerMs: 10, headersMs: 1000, requestMs: 1000 } });
    await Promise.all(HOSTILE.flatMap((value) =>
      PATHS.map(async ([path, type, body]) => {
        const given = new Map([
          ['Host', 'localhost'],
          ['Content-Type', type],
          ['Content-Length', String(body.length)],
          ['Connection', 'close'],
        ]);
        given.set(header, value);
        const lines = [...given].map((field) => `${field.join(': ')}\r\n`).join('');
        const status = await exchange(door.port, `POST ${path} HTTP/1.1\r\n${lines}\r\n${body}`);
        assertNoFault(door, status, `${header} ${JSON.stringify(value.slice(0, 50))} at ${path}`);
      })
    ));
  });
}

test('Hostile queries and paths are no fault', async (t) => {
  const door = await openHttpDoor(t, { timeouts: { lingerMs: 10, headersMs: 1000, requestMs: 1000 } });
  for (const value of HOSTILE) {
    for (
      const target of [
        `/v1/messages?${value}`,
        `/v1/messages?recipient=${value}`,
        `/${value}`,
        `/problems/${value}`,
        value,
      ]
    ) {
      const request = `POST ${target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: message/rfc822\r\n` +
        'Content-Length: 1\r\nConnection: close\r\n\r\nx';
      assertNoFault(door, await exchange(door.port, request), JSON.stringify(target.slice(0, 50)));
    }
  }
});

const PROPERTIES =
  'envelope recipient recipients mime mime-encoding message ips tags data dsn queues smarthost priority ' +
  'headers dkim custom idempotency-key __proto__';
const PARTS = 'from to cc bcc subject text html headers attachments';
const VALUES: readonly unknown[] = [
  ...HOSTILE,
  null,
  true,
  0,
  -1,
  1e308,
  [],
  {},
  [[]],
  [null],
  ['\ud800'],
  { '\udfff': '\ud800' },
  '\ud800',
  '\u0000',
  'a@b.example\r\nBcc: v@x.example',
  [{ filename: '\u0000', contentType: 'x', content: '=' }],
  { toString: 1, valueOf: null, length: -1 },
];

for (const path of ['/v1/messages', '/v1/inject']) {
  test(`Hostile values of every property are no fault at ${path}`, async () => {
    const { door, events } = createRecordingDoor();
    const message = { from: 's@x.example', to: 'r@x.example' };
    const cases = VALUES.flatMap((value) => [
      ...PROPERTIES.split(' ').map((name) => ({ recipient: 'r@x.example', mime: 'x', [name]: value })),
      ...PARTS.split(' ').map((name) => ({ message: { ...message, [name]: value } })),
    ]);
    for (const type of path === '/v1/messages' ? ['application/json', 'application/x-ndjson'] : ['application/json']) {
      const bodies = type === 'application/json'
        ? cases.map((each) => JSON.stringify(each))
        : [cases.map((each) => JSON.stringify(each)).join('\n')];
      for (const body of bodies) {
        const response = await send(door, path, { method: 'POST', headers: { 'content-type': type }, body });
        assert.ok(response.status < 500, `${body.slice(0, 100)}: ${response.status}`);
        assert.doesNotMatch(await response.text(), /"status":500/);
      }
    }
    assert.deepEqual(events.filter(({ event }) => event === 'gateway.fault'), []);
  });
}
