// A stream of messages: one result a line in order, faults of a line for that line alone, and every way in which it ends early.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpDoor } from '../../src/http/http-door.ts';
import { type Disposition, toRefusal } from '../../src/mail/disposition.ts';
import type { Submission } from '../../src/pipeline/submission.ts';
import { accept, createRecordingDoor, problemOf, send } from '../support/http-door.ts';
import { openHttpDoor } from '../support/open-http-door.ts';
import { until } from '../support/amqp-outlet.ts';
import { connectRaw } from '../support/raw-http.ts';
import { openRoom } from '../support/rooms.ts';

const NDJSON = { 'content-type': 'application/x-ndjson' };
const HEAD = 'POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n';

function line(recipient: string, more: object = {}): string {
  return `${JSON.stringify({ envelope: '', recipient, mime: 'x', ...more })}\n`;
}

interface LineResult {
  readonly status: number;
  readonly code?: string;
  readonly id?: string;
  readonly records?: readonly { readonly recipient: string }[];
  readonly errors?: readonly object[];
}

async function post(door: HttpDoor, body: string | Uint8Array): Promise<LineResult[]> {
  const response = await send(door, '/v1/messages', { method: 'POST', headers: NDJSON, body: Buffer.from(body) });
  assert.equal(response.status, 207);
  assert.equal(response.headers.get('content-type'), NDJSON['content-type']);
  return toResults(await response.text());
}

function toResults(text: string): LineResult[] {
  assert.ok(text === '' || text.endsWith('\n'));
  return text.split('\n').slice(0, -1).map((each) => JSON.parse(each) as LineResult);
}

/** The payload of a chunked answer that is read so far. */
function toPayload(answer: string): string {
  return answer.slice(answer.indexOf('\r\n\r\n') + 4).replace(/(?:\r\n)?[\da-f]+\r\n/g, '');
}

function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

test('Every line is a message, and its result has its ids', async () => {
  const { door, submissions } = createRecordingDoor();
  const results = await post(door, line('a@x.example', { tags: ['t'] }) + line('b@x.example').trimEnd());
  assert.deepEqual(
    results,
    ['a@x.example', 'b@x.example'].map((recipient) => ({
      status: 202,
      id: 'ID1',
      records: [{ 'message-id': 'ID1', recipient, queue: 'inbox' }],
    })),
  );
  assert.deepEqual(submissions.map(({ properties }) => properties), [{ tags: ['t'] }, {}]);
});

test('Results keep the order of their lines when messages overtake each other', async () => {
  let first: (() => void) | undefined;
  const { door } = createRecordingDoor({
    async ingest(submission: Submission): Promise<Disposition> {
      if (first === undefined) await new Promise<void>((resolve) => first = resolve);
      else if (submission.envelope.rcptTo[0]?.address === 'r99@x.example') first();
      return await accept(submission);
    },
  });
  const names = Array.from({ length: 100 }, (_, index) => `r${index}@x.example`);
  const results = await post(door, names.map((name) => line(name)).join(''));
  assert.deepEqual(results.map(({ records }) => records?.[0]?.recipient), names);
});

const faults: readonly { name: string; bytes: string; status: number; code: string }[] = [
  { name: 'no JSON', bytes: '{', status: 400, code: 'malformed-json' },
  { name: 'no object', bytes: '[]', status: 400, code: 'malformed-json' },
  { name: 'nothing', bytes: '', status: 400, code: 'empty-body' },
  { name: 'blanks', bytes: ' \t\r', status: 400, code: 'empty-body' },
  { name: 'bad UTF-8', bytes: '{"mime":"\xff"}', status: 400, code: 'malformed-utf8' },
  { name: 'an encoded surrogate', bytes: '{"mime":"\xed\xa0\x80"}', status: 400, code: 'malformed-utf8' },
  { name: 'a byte order mark', bytes: '\xef\xbb\xbf{}', status: 400, code: 'malformed-json' },
  { name: 'a property twice', bytes: '{"mime":"x","mime":"y"}', status: 400, code: 'duplicate-property' },
  { name: 'absurd nesting', bytes: `{"x":${'['.repeat(100)}${']'.repeat(100)}}`, status: 400, code: 'too-complex' },
  {
    name: 'a lone surrogate',
    bytes: line('a@x.example', { x: '\ud800' }).trimEnd(),
    status: 422,
    code: 'invalid-message',
  },
  { name: 'a bad recipient', bytes: line('a').trimEnd(), status: 422, code: 'invalid-message' },
  {
    name: 'a property of the gateway',
    bytes: line('a@x.example', { received: 'x' }).trimEnd(),
    status: 422,
    code: 'invalid-message',
  },
  {
    name: 'too many bytes',
    bytes: line('a@x.example', { x: 'y'.repeat(10_000) }).trimEnd(),
    status: 413,
    code: 'too-large',
  },
];

for (const { name, bytes, status, code } of faults) {
  test(`A line with ${name} is answered with ${status}, and the lines around it are taken`, async () => {
    const { door, submissions, events } = createRecordingDoor({ maxBytes: 10_000 });
    const whole = Buffer.from(`${line('a@x.example')}${bytes}\n${line('b@x.example')}`, 'latin1');
    const results = await post(door, whole);
    assert.deepEqual(results.map((result) => result.status), [202, status, 202]);
    assert.equal(results[1]?.code, code);
    assert.deepEqual(submissions.map((submission) => submission.line), [1, 3]);
    assert.deepEqual(events.map(({ fields }) => [fields['code'], fields['line']]), [[code, 2]]);
  });
}

test('A stream without a line has no result', async () => {
  assert.deepEqual(await post(createRecordingDoor().door, ''), []);
});

test('A message that is not durable is 503 for its line, and a fault is 500 for its line', async () => {
  const { door, events } = createRecordingDoor({
    ingest(submission: Submission): Promise<Disposition> {
      const [to] = submission.envelope.rcptTo;
      if (to?.address === 'bug@x.example') return Promise.reject(new Error('secret cause'));
      if (to?.address !== 'late@x.example') return accept(submission);
      return Promise.resolve(toRefusal('not-durable', '4.3.0', { text: 'Later' }));
    },
  });
  const results = await post(door, ['late', 'bug', 'good'].map((name) => line(`${name}@x.example`)).join(''));
  assert.deepEqual(results.map(({ status, code }) => [status, code]), [
    [503, 'not-durable'],
    [500, 'internal'],
    [202, undefined],
  ]);
  assert.doesNotMatch(JSON.stringify(results), /secret/);
  assert.deepEqual(events.map(({ event, fields }) => [event, fields['line']]), [['gateway.fault', 2]]);
});

const whole: readonly { name: string; path?: string; headers?: { readonly [name: string]: string }; code: string }[] = [
  { name: 'Idempotency-Key', headers: { 'idempotency-key': 'a' }, code: 'malformed-header' },
  { name: 'an envelope in the query', path: '/v1/messages?recipient=a@x.example', code: 'unexpected-parameter' },
  { name: 'an envelope in headers', headers: { 'x-envelope-to': 'a@x.example' }, code: 'unexpected-parameter' },
  { name: 'Content-Encoding', headers: { 'content-encoding': 'gzip' }, code: 'unsupported-content-encoding' },
];

for (const { name, path = '/v1/messages', headers = {}, code } of whole) {
  test(`A stream with ${name} is refused as a whole`, async () => {
    const { door, submissions } = createRecordingDoor();
    const body = Buffer.from(line('a@x.example'));
    const response = await send(door, path, { method: 'POST', headers: { ...NDJSON, ...headers }, body });
    assert.equal((await problemOf(response)).code, code);
    assert.deepEqual(submissions, []);
  });
}

test('A stream may be longer than a line, with and without credentials', async () => {
  const authenticator = { authenticate: () => Promise.resolve('accepted' as const) };
  for (const access of [{}, { credentials: { authenticator, allowsPlaintext: true } }]) {
    const { door } = createRecordingDoor({ maxBytes: 200, access });
    const body = line('a@x.example').repeat(100);
    const headers = { ...NDJSON, authorization: `Basic ${btoa('u:p')}`, 'content-length': String(body.length) };
    const response = await send(door, '/v1/messages', { method: 'POST', headers, body: Buffer.from(body) });
    assert.deepEqual(toResults(await response.text()).map(({ status }) => status), Array(100).fill(202));
  }
});

test('Results come while lines are still sent, over a real connection', async (t) => {
  const { port } = await openHttpDoor(t);
  const client = await connectRaw(port);
  await client.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
  for (let count = 1; count <= 3; count++) {
    await client.write(chunk(line(`r${count}@x.example`)));
    await client.until(new RegExp(`"r${count}@x\\.example"`));
  }
  await client.write('0\r\n\r\n');
  const answer = await client.until(/\r\n0\r\n\r\n$/);
  assert.match(answer, /^HTTP\/1\.1 207 /);
  await client.write('GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  assert.match(await client.toEnd(), /"status":"live"/);
});

test('No more lines are begun than a bound, while the pipeline does not answer', async (t) => {
  let begun = 0;
  let release = () => {};
  const released = new Promise<void>((resolve) => release = resolve);
  const full = Promise.withResolvers<void>();
  const { url } = await openHttpDoor(t, {
    async ingest(submission: Submission): Promise<Disposition> {
      if (++begun === 256) full.resolve();
      await released;
      return await accept(submission);
    },
  });
  const answer = fetch(url, { method: 'POST', headers: NDJSON, body: line('a@x.example').repeat(2000) });
  await full.promise;
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(begun, 256);
  release();
  assert.equal(toResults(await (await answer).text()).length, 2000);
});

test('A client that leaves in the middle leaves nothing behind, and its last, unfinished line is not taken', async (t) => {
  const { port, submissions, refused } = await openHttpDoor(t);
  const client = await connectRaw(port);
  await client.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk(line('a@x.example'))}`);
  await client.until(/"a@x\.example"/);
  await client.write(chunk(line('b@x.example').trimEnd()));
  client.socket.destroy();
  await refused('incomplete-body');
  assert.deepEqual(submissions.map(({ envelope }) => envelope.rcptTo[0]?.address), ['a@x.example']);
});

test('A client that falls silent is told so after its last result', async (t) => {
  const { port } = await openHttpDoor(t, { bodyIdleTimeoutMs: 50, timeouts: { lingerMs: 10 } });
  const client = await connectRaw(port);
  await client.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk(`${line('a@x.example')}{"unfinished`)}`);
  const results = toResults(toPayload((await client.toEnd()).replace(/\r\n0\r\n\r\n$/, '')));
  assert.deepEqual(results.map(({ status }) => status), [202, 408]);
});

test('A gateway that shuts down ends a stream that waits, and takes no further line', async (t) => {
  let draining = false;
  const { port, submissions } = await openHttpDoor(t, { draining: () => draining, timeouts: { lingerMs: 10 } });
  const client = await connectRaw(port);
  await client.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk(line('a@x.example'))}`);
  await client.until(/"a@x\.example"/);
  draining = true;
  await client.write(chunk(line('b@x.example')));
  const results = toResults(toPayload((await client.toEnd()).replace(/\r\n0\r\n\r\n$/, '')));
  assert.deepEqual(results.map(({ status }) => status), [202, 503, 503]);
  assert.deepEqual(results.map(({ code }) => code), [undefined, 'draining', 'draining']);
  assert.equal(submissions.length, 1);
});

test('A client that reads no results is made to wait, and cut off in the end', async (t) => {
  const { port, refused, submissions } = await openHttpDoor(t, { bodyIdleTimeoutMs: 200 });
  const client = await connectRaw(port);
  client.socket.pause();
  await client.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
  const batch = chunk(line('a@x.example').repeat(1000));
  const sendOn = () => {
    while (client.socket.writable && client.socket.write(batch)); // until the system takes no more
  };
  client.socket.on('drain', sendOn);
  sendOn();
  await refused('incomplete-body');
  client.socket.destroy();
  assert.ok(submissions.length > 256);
});

test('A stream that takes longer than a request may is cut off, without another answer inside its own', async (t) => {
  const { port } = await openHttpDoor(t, { bodyIdleTimeoutMs: 1000, timeouts: { headersMs: 50, requestMs: 100 } });
  const client = await connectRaw(port);
  await client.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk(line('a@x.example'))}`);
  assert.equal((await client.toEnd()).match(/HTTP\/1\.1 /g)?.length, 1);
});

test('Lines take room while they come in and until they have their result, and give all of it back', async () => {
  const room = openRoom(1024 * 1024);
  const taken: number[] = [];
  const ingest = (submission: Submission) => {
    taken.push(room.taken);
    return accept(submission);
  };
  const { door } = createRecordingDoor({ room, ingest });
  const text = line('a@x.example');
  await post(door, text.repeat(3));
  assert.ok(taken.every((bytes) => bytes >= 4 * (text.length - 1)), `${taken}`);
  assert.equal(room.taken, 0);
});

test('Lines for which there is no room are 503, and the lines after them are taken', async () => {
  const room = openRoom(100_000);
  const { door, submissions } = createRecordingDoor({ room });
  assert.equal(room.take(90_000), true);
  const large = line('a@x.example', { tags: ['x'.repeat(20_000)] });
  const results = await post(door, large + line('b@x.example') + large);
  assert.deepEqual(results.map(({ status, code }) => code ?? status), ['memory', 202, 'memory']);
  assert.equal(submissions.length, 1);
  assert.equal(room.taken, 90_000);
});

test('A stream is not read while a line waits for room, and goes on when there is some', async (t) => {
  const room = openRoom(500_000, 60_000);
  assert.equal(room.take(400_000), true);
  const { port, submissions } = await openHttpDoor(t, { room });
  const client = await connectRaw(port);
  const large = line('a@x.example', { tags: ['x'.repeat(30_000)] });
  await client.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk(line('b@x.example'))}${chunk(large)}0\r\n\r\n`);
  await client.until(/"b@x\.example"/);
  await until(() => room.waiting === 1, 'the line waits');
  assert.equal(submissions.length, 1);
  room.give(400_000);
  await client.until(/"a@x\.example"/);
  await until(() => room.taken === 0, 'the room is given back');
  client.socket.destroy();
});

test('A line that is left unfinished, or waits for room in vain, gives back what it has', async (t) => {
  const room = openRoom(500_000, 60_000);
  const { port } = await openHttpDoor(t, { room });
  const begin = async (text: string) => {
    const client = await connectRaw(port);
    await client.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk(text)}`);
    return client;
  };
  const unfinished = await begin('{"recipient":"');
  await until(() => room.taken > 0, 'the unfinished line has room');
  const waiting = await begin(`{"recipient":"${'x'.repeat(200_000)}`);
  await until(() => room.waiting === 1, 'the large line waits');
  for (const { socket } of [unfinished, waiting]) socket.destroy();
  await until(() => room.taken === 0 && room.waiting === 0, 'the room is given back');
});
