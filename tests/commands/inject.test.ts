// `mailchute inject` on the embedded queue: what it reads, what it stores and how it fails.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { inject } from '../../src/commands/inject.ts';
import { openEmbeddedReader } from '../../src/queue/embedded-reader.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { assertRecord, type PublishedRecord } from '../support/validate-record.ts';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly records: readonly PublishedRecord[];
}

async function run(context: TestContext, argv: readonly string[], message: string): Promise<Outcome> {
  const path = join(makeTemporaryDirectory(context), 'queue.db');
  const said = { stdout: '', stderr: '' };
  const io = {
    env: {},
    stdout: (text: string) => void (said.stdout += text),
    stderr: (text: string) => void (said.stderr += text),
  };
  const flags = [`--queue-path=${path}`, '--smtp-hostname=mx.example.org', '--smtp-received=false'];
  // In pieces, as a pipe gives it.
  const input = (async function* () {
    for (let at = 0; at < message.length; at += 7) yield Buffer.from(message.slice(at, at + 7));
  })();
  const code = await inject([...argv, ...flags], io, { input });
  return { code, ...said, records: code === 2 ? [] : await readRecords(path) };
}

async function readRecords(path: string): Promise<PublishedRecord[]> {
  const records: PublishedRecord[] = [];
  const reader = openEmbeddedReader({ path, queues: ['inbox'], ack: false });
  try {
    await reader.get('inbox', { count: undefined, ack: false }, async (body) => {
      records.push(assertRecord(JSON.parse(Buffer.from(body).toString())));
    });
  } finally {
    await reader.close();
  }
  return records;
}

const MESSAGE =
  'From: me@example.com\nTo: a@example.org\nCc: B <b@example.org>\nBcc: c@example.org\nSubject: x\n\nbody\n';

test('inject() stores one record for each recipient that is named, and says the ids', async (context) => {
  const { code, stdout, records } = await run(context, ['x@example.net', 'y@example.net'], MESSAGE);
  assert.equal(code, 0);
  assert.deepEqual(records.map(({ recipient }) => recipient), ['x@example.net', 'y@example.net']);
  const lines = records.map((record) => `${record['message-id']} for ${record['recipient']}\n`);
  assert.equal(stdout, lines.join(''));
  assert.equal(records[0]?.['envelope'], 'me@example.com');
  assert.equal(records[0]?.['mime'], MESSAGE.replaceAll('\n', '\r\n'), 'a text file becomes CRLF, Bcc stays');
});

test('inject() writes its own arguments into the record, and no setting', async (context) => {
  const { records } = await run(context, ['x@example.net', '--envelope', 'e@example.com'], MESSAGE);
  const { command, arguments: own } = records[0]?.['cli'] as { command: string; arguments: string[] };
  assert.deepEqual([command, own], ['inject', ['x@example.net', '--envelope=e@example.com']]);
});

test('inject() takes recipients out of To, Cc and Bcc, and Bcc out of the message', async (context) => {
  const { records } = await run(context, ['--extract-recipients'], MESSAGE);
  assert.deepEqual(records.map(({ recipient }) => recipient), ['a@example.org', 'b@example.org', 'c@example.org']);
  assert.ok(!String(records[0]?.['mime']).includes('Bcc'));
});

const senders = [
  {
    name: 'the argument',
    argv: ['--envelope', 'arg@example.com'],
    header: 'x-mq-pool: p\nFrom: f@example.com\n',
    sender: 'arg@example.com',
  },
  { name: 'the null sender', argv: ['--envelope=<>'], header: 'From: f@example.com\n', sender: undefined },
  {
    name: 'x-mq-envelope',
    argv: [],
    header: 'From: f@example.com\nx-mq-envelope: x@example.com\n',
    sender: 'x@example.com',
  },
  {
    name: 'Return-Path',
    argv: [],
    header: 'Return-Path: <r@example.com>\nFrom: f@example.com\n',
    sender: 'r@example.com',
  },
  {
    name: 'From before Sender',
    argv: [],
    header: 'Sender: s@example.com\nFrom: f@example.com\n',
    sender: 'f@example.com',
  },
  {
    name: 'Sender where From is not valid',
    argv: [],
    header: 'Sender: s@example.com\nFrom: nobody\n',
    sender: 's@example.com',
  },
];
for (const { name, argv, header, sender } of senders) {
  test(`inject() takes the sender from ${name}`, async (context) => {
    const { code, records } = await run(context, ['x@example.net', ...argv], `${header}\nbody\n`);
    assert.equal(code, 0);
    assert.equal(records[0]?.['envelope'], sender);
  });
}

const ends = [
  { name: 'ends at a lone dot and takes stuffed dots away', argv: [], input: '..a\n.\nrest\n', body: '.a\r\n' },
  { name: 'ends at a lone dot with CRLF', argv: [], input: 'a\r\n.\r\nrest\r\n', body: 'a\r\n' },
  { name: 'ends at the end without a dot', argv: [], input: 'a\n.', body: 'a\r\n' },
  {
    name: 'reads dots as content where that is asked for',
    argv: ['--ignore-dot'],
    input: '..a\n.\nrest\n',
    body: '..a\r\n.\r\nrest\r\n',
  },
];
for (const { name, argv, input, body } of ends) {
  test(`inject() ${name}`, async (context) => {
    const newline = input.includes('\r') ? '\r\n' : '\n';
    const message = `From: f@example.com${newline}${newline}${input}`;
    const { records } = await run(context, ['x@example.net', ...argv], message);
    assert.equal(String(records[0]?.['mime']).split('\r\n\r\n').slice(1).join('\r\n\r\n'), body);
  });
}

const failures = [
  { name: 'a bad recipient', argv: ['nobody'], message: MESSAGE, code: 1, says: /recipient "nobody"/ },
  { name: 'no recipient', argv: [], message: MESSAGE, code: 1, says: /--extract-recipients/ },
  { name: 'no sender', argv: ['x@example.net'], message: 'Subject: x\n\n', code: 1, says: /--envelope ADDRESS/ },
  {
    name: 'a bad --envelope',
    argv: ['x@example.net', '--envelope', '@'],
    message: MESSAGE,
    code: 1,
    says: /--envelope "@"/,
  },
  {
    name: 'too much',
    argv: ['x@example.net', '--smtp-maxsize=10'],
    message: MESSAGE,
    code: 1,
    says: /larger than 10 bytes/,
  },
  {
    name: 'a bare CR',
    argv: ['x@example.net'],
    message: 'From: a@b.example\r\n\r\na\rb\r\n',
    code: 1,
    says: /5\.6\.0/,
  },
  {
    name: 'an unknown setting',
    argv: ['x@example.net', '--no-such-key=1'],
    message: MESSAGE,
    code: 2,
    says: /no-such-key/,
  },
];
for (const { name, argv, message, code, says } of failures) {
  test(`inject() refuses ${name} with ${code} and says so`, async (context) => {
    const path = join(makeTemporaryDirectory(context), 'queue.db');
    let stderr = '';
    const io = { env: {}, stdout: () => {}, stderr: (text: string) => void (stderr += text) };
    const input = (async function* () {
      yield Buffer.from(message);
    })();
    assert.equal(await inject([...argv, `--queue-path=${path}`], io, { input }), code);
    assert.match(stderr, says);
  });
}

test('inject() defers with 75 while the broker is away', async () => {
  let stderr = '';
  const io = { env: {}, stdout: () => {}, stderr: (text: string) => void (stderr += text) };
  const input = (async function* () {
    yield Buffer.from(MESSAGE);
  })();
  assert.equal(await inject(['x@example.net', '--rabbitmq-address=amqp://127.0.0.1:1/'], io, { input }), 75);
  assert.match(stderr, /4\.3\.0/);
});
