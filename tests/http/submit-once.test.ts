// One message per Idempotency-Key, through every operation of the door and the real pipeline.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpDoor } from '../../src/http/http-door.ts';
import { submitOnce } from '../../src/http/submit-once.ts';
import type { Disposition } from '../../src/mail/disposition.ts';
import type { ClaimEnd, ClaimOutcome } from '../../src/queue/key-claim.ts';
import { problemOf, send, type TestRequest } from '../support/http-door.ts';
import { createKeyedDoor } from '../support/keyed-door.ts';

const MIME = 'From: s@x.example\r\nTo: a@x.example, b@x.example\r\nX-Uuid: 0a1b\r\n\r\nbody\r\n';

interface Operation {
  readonly path: string;
  readonly type: string;
  readonly body: string;
  readonly other: string;
  readonly status: number;
}

function toForm(text: string): string {
  const parts = [['from', 's@x.example'], ['to', 'a@x.example'], ['to', 'b@x.example'], ['text', text]].map((
    [name, value],
  ) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  return `${parts.join('')}--x--\r\n`;
}

const operations: readonly Operation[] = [
  {
    path: '/v1/messages',
    type: 'application/json',
    body: JSON.stringify({ mime: MIME }),
    other: JSON.stringify({ mime: MIME, tags: [] }),
    status: 202,
  },
  {
    path: '/v1/messages?envelope=&recipient=a@x.example&recipient=b@x.example',
    type: 'message/rfc822',
    body: MIME,
    other: `${MIME}more\r\n`,
    status: 202,
  },
  {
    path: '/v1/messages',
    type: 'multipart/form-data; boundary=x',
    body: toForm('one'),
    other: toForm('two'),
    status: 202,
  },
  {
    path: '/v1/inject',
    type: 'application/json',
    body: JSON.stringify({ recipient: 'a@x.example', mime: MIME }),
    other: JSON.stringify({ recipient: 'b@x.example', mime: MIME }),
    status: 200,
  },
  {
    path: '/v1/mail/send',
    type: 'application/octet-stream',
    body: MIME,
    other: MIME.replace('0a1b', '0a1c'),
    status: 200,
  },
];

function post(door: HttpDoor, { path, type, body }: Operation, request: TestRequest & { readonly key?: string } = {}) {
  const { key = 'key', headers, ...rest } = request;
  const given = { 'content-type': type, 'idempotency-key': key, ...headers };
  return send(door, path, { method: 'POST', headers: given, body, ...rest });
}

async function partsOf(response: Response) {
  return {
    status: response.status,
    replayed: response.headers.get('idempotency-replayed'),
    text: await response.text(),
  };
}

for (const operation of operations) {
  const { path, type, status, other } = operation;
  test(`${path} as ${type} publishes once for a key and answers its repeat as before`, async () => {
    const { door, outlet } = createKeyedDoor();
    const first = await partsOf(await post(door, operation));
    const published = outlet.records.map(({ id }) => id);
    assert.deepEqual([first.status, first.replayed], [status, null]);
    assert.equal(new Set(published).size, path === '/v1/inject' ? 1 : 2);
    for (const id of published) assert.match(id, /^[0-9A-Z]{32}$/);
    assert.deepEqual(await partsOf(await post(door, operation)), { ...first, replayed: 'true' });
    const reused = await post(door, { ...operation, body: other });
    assert.deepEqual([reused.status, (await problemOf(reused)).code], [422, 'idempotency-key-reused']);
    assert.equal(outlet.records.length, published.length);
    assert.equal((await post(door, { ...operation, body: other }, { key: 'another' })).status, status);
    assert.equal(outlet.records.length, 2 * published.length);
  });

  test(`${path} as ${type} answers 409 while the first request with a key is running`, async () => {
    const { door, outlet } = createKeyedDoor();
    const arrived = outlet.withhold();
    const first = post(door, operation);
    await Promise.race([arrived, first]);
    const second = await post(door, operation);
    assert.deepEqual([second.status, (await problemOf(second)).code], [409, 'idempotency-key-running']);
    assert.equal(second.headers.get('retry-after'), '1');
    outlet.release();
    assert.equal((await first).status, status);
  });

  test(`${path} as ${type} publishes the repeat of a deferred request under the same ids`, async () => {
    const { door, outlet } = createKeyedDoor();
    outlet.result = () => ({ stored: false, fault: 'timeout', detail: '' });
    assert.equal((await post(door, operation)).status, 503);
    assert.equal((await post(door, { ...operation, body: other })).status, 422);
    outlet.result = () => ({ stored: true });
    const again = await partsOf(await post(door, operation));
    assert.deepEqual([again.status, again.replayed], [status, null]);
    const ids = outlet.records.map(({ id }) => id);
    assert.deepEqual(ids.slice(0, ids.length / 2), ids.slice(ids.length / 2));
  });

  test(`${path} as ${type} takes keys of 1 to 255 bytes`, async () => {
    const { door } = createKeyedDoor();
    for (const key of ['k', 'k'.repeat(255), '\u00fc'.repeat(255), 'a key, with "quotes"']) {
      assert.equal((await post(door, operation, { key })).status, status);
    }
    for (const key of ['', 'k'.repeat(256)]) {
      const response = await post(door, operation, { key });
      assert.deepEqual([response.status, (await problemOf(response)).code], [400, 'malformed-header']);
    }
  });
}

test('A request that is refused leaves its key to the mended one', async () => {
  const { door, outlet } = createKeyedDoor();
  const [operation = assert.fail()] = operations;
  const bare = JSON.stringify({ envelope: '', recipient: 'a@x.example', mime: 'Subject: x\r\n\r\na\rb\r\n' });
  for (const body of ['{', '{"recipient":"a"}', bare]) {
    assert.ok([400, 422].includes((await post(door, { ...operation, body })).status));
  }
  assert.equal((await post(door, operation)).status, 202);
  assert.equal(outlet.records.length, 2);
});

test('A key belongs to the credential it came with', async () => {
  const authenticator = { authenticate: () => Promise.resolve('accepted' as const) };
  const nameOfToken = (token: string) => token;
  const access = { credentials: { authenticator, nameOfToken, allowsPlaintext: true } };
  const { door, outlet } = createKeyedDoor({ access });
  const [operation = assert.fail()] = operations;
  const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const asked = ['Bearer shop', 'Bearer till', basic('shop', 'a'), basic('shop', 'b'), 'Bearer shop', 'bearer  shop'];
  const replayed: (string | null)[] = [];
  for (const authorization of asked) {
    const response = await post(door, operation, { headers: { authorization } });
    assert.equal(response.status, 202);
    replayed.push(response.headers.get('idempotency-replayed'));
  }
  assert.deepEqual(replayed, [null, null, null, 'true', 'true', 'true']);
  assert.equal(new Set(outlet.records.map(({ id }) => id)).size, 6);
});

test('Two gateways give the same ids, which follow from what is documented', async () => {
  const request = {
    path: '/v1/messages?envelope=&recipient=a@b.example',
    type: 'message/rfc822',
    other: '',
    status: 202,
  };
  for (let gateway = 0; gateway < 2; gateway++) {
    const { door, outlet } = createKeyedDoor();
    await post(door, { ...request, body: 'Subject: x\r\n\r\n' }, { key: 'order-1' });
    assert.deepEqual(outlet.records.map(({ id }) => id), ['0JVG37HSFEK51RWJ1V0ESUFJ3G2S4GLC']);
  }
});

test('Each line of a stream has a key of its own', async () => {
  const { door, outlet } = createKeyedDoor();
  const line = (key: unknown, recipient = 'a@x.example') =>
    `${JSON.stringify({ envelope: '', recipient, mime: 'Subject: x\r\n\r\n', 'idempotency-key': key })}\n`;
  const stream = async (...lines: string[]) => {
    const headers = { 'content-type': 'application/x-ndjson' };
    const response = await send(door, '/v1/messages', { method: 'POST', headers, body: Buffer.from(lines.join('')) });
    return (await response.text()).trim().split('\n').map((text) => JSON.parse(text));
  };
  const first = await stream(line('one'), line('two'), line('\u00fc'));
  assert.equal(new Set(first.map(({ status, id }) => status === 202 && id)).size, 3);
  assert.deepEqual(await stream(line('two'), line('\u00fc'), line('one')), [first[1], first[2], first[0]]);
  const [reused] = await stream(line('one', 'b@x.example'));
  assert.deepEqual([reused.status, reused.code], [422, 'idempotency-key-reused']);
  const faults = await stream(...['', 'k'.repeat(256), 1, null, ['k']].map((key) => line(key)));
  for (const { status, errors } of faults) {
    assert.deepEqual([status, errors], [422, [{ pointer: '/idempotency-key', detail: 'must have 1 to 255 bytes' }]]);
  }
  assert.equal(outlet.records.length, 3);
  for (const { id } of outlet.records) assert.match(id, /^[0-9A-Z]{32}$/);
});

/** A ledger that gives one outcome and notes how the claim ends. */
function fakeKeys(outcome: ClaimOutcome) {
  const ends: ClaimEnd[] = [];
  const keys = {
    claim: () => Promise.resolve(outcome),
    answer: () => Promise.resolve(),
    end: (_: object, how: ClaimEnd) => Promise.resolve(void ends.push(how)),
    close: () => {},
  };
  return { keys, ends };
}

const key = { scope: Buffer.from('s'), body: Buffer.from('b'), idFor: () => 'ID' };
const claimed: ClaimOutcome = { state: 'claimed', claim: { scope: key.scope, owner: 'me' } };

test('What the keys cannot tell now is a 503', async () => {
  for (const [fault, code] of [['full', 'storage-full'], ['unavailable', 'idempotency-unavailable']] as const) {
    const { keys } = fakeKeys({ state: 'unavailable', fault, detail: 'secret' });
    const once = await submitOnce({ key, keys }, () => assert.fail('nothing is published'));
    assert.equal(!once.ok && once.problem.code, code);
    assert.doesNotMatch(JSON.stringify(once), /secret/);
  }
});

test('A fault in the pipeline gives the claim back', async () => {
  const { keys, ends } = fakeKeys(claimed);
  await assert.rejects(submitOnce({ key, keys }, () => Promise.reject(new Error('bug'))), /bug/);
  assert.deepEqual(ends, ['deferred']);
});

test('A claim ends as its message does, and a message without a key asks nobody', async () => {
  const refusal = { reason: 'memory', status: '4.3.1', text: '', detail: '' } as const;
  const cases: readonly { disposition: Disposition; end: ClaimEnd }[] = [
    { disposition: { outcome: 'accepted', records: [] }, end: 'answered' },
    { disposition: { outcome: 'deferred', ...refusal }, end: 'deferred' },
    { disposition: { outcome: 'rejected', ...refusal }, end: 'rejected' },
  ];
  for (const { disposition, end } of cases) {
    const { keys, ends } = fakeKeys(claimed);
    const value = { disposition, isReplay: false };
    assert.deepEqual(await submitOnce({ key: undefined, keys }, () => Promise.resolve(disposition)), {
      ok: true,
      value,
    });
    assert.deepEqual(ends, []);
    assert.deepEqual(await submitOnce({ key, keys }, () => Promise.resolve(disposition)), { ok: true, value });
    assert.deepEqual(ends, [end]);
  }
});
