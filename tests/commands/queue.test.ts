// The queue command on the embedded queue: what it prints, what it acknowledges and how it fails.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { queueCommand } from '../../src/commands/queue.ts';
import { openEmbeddedReader } from '../../src/queue/embedded-reader.ts';
import { openEmbeddedOutlet } from '../../src/queue/embedded.ts';
import type { EncodedRecord } from '../../src/queue/outlet.ts';
import { freePorts } from '../support/free-port.ts';
import { toProgramCommand } from '../support/program-command.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { makeRecord } from '../support/records.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

/** A queue file with these records, whose gateway has gone. */
async function makeQueue(context: TestContext, records: readonly EncodedRecord[]): Promise<string> {
  const path = join(makeTemporaryDirectory(context), 'queue.db');
  const outlet = openEmbeddedOutlet({ path, log: createRecordingLog() });
  await outlet.publish(records);
  await outlet.close();
  return path;
}

async function run(argv: readonly string[], write?: Write): Promise<{ code: number; stdout: string; stderr: string }> {
  let [stdout, stderr] = ['', ''];
  const io = {
    env: {},
    stdout: (text: string) => void (stdout += text),
    stderr: (text: string) => void (stderr += text),
  };
  const chunks: Buffer[] = [];
  const output = new Writable({ write: write ?? ((chunk, _encoding, done) => done(void chunks.push(chunk))) });
  const code = await queueCommand(argv, io, { output });
  return { code, stdout: stdout + Buffer.concat(chunks).toString('latin1'), stderr };
}

type Write = (chunk: Buffer, encoding: string, done: (error?: Error | null) => void) => void;

async function count(path: string): Promise<number | undefined> {
  const reader = openEmbeddedReader({ path, queues: [], ack: false });
  const [inbox] = await reader.list();
  await reader.close();
  return inbox?.messages;
}

test('queue ls prints a line per queue: name, tab, messages', async (context) => {
  const path = await makeQueue(context, [makeRecord('A'), makeRecord('B', { queue: 'old' }), makeRecord('C')]);
  const { code, stdout, stderr } = await run(['ls', `--queue-path=${path}`, '--rabbitmq-inbox=new']);
  assert.deepEqual([code, stdout, stderr], [0, 'new\t0\ninbox\t2\nold\t1\n', '']);
});

test('queue ls lists every configured queue, also those that are empty', async (context) => {
  const path = await makeQueue(context, [makeRecord('A', { queue: 'refused' })]);
  const queues = ['--rabbitmq-local=local', '--rabbitmq-refused=refused', '--smtp-auth=users://*'];
  const { stdout } = await run(['ls', `--queue-path=${path}`, ...queues]);
  assert.equal(stdout, 'inbox\t0\nlocal\t0\nrefused\t1\n');
});

test('queue get prints the bodies byte for byte, each with a line feed', async (context) => {
  const bodies = [Buffer.from('{"a":"\u00e4"}'), Buffer.from([0x22, 0xff, 0x00, 0x22]), Buffer.alloc(3_000_000, 'x')];
  const path = await makeQueue(context, bodies.map((body, index) => makeRecord(`ID${index}`, { body: [body] })));
  const { code, stdout } = await run(['get', 'inbox', `--queue-path=${path}`]);
  assert.equal(code, 0);
  assert.ok(stdout === bodies.map((body) => `${body.toString('latin1')}\n`).join(''));
  assert.equal(await count(path), 3);
});

test('queue get --count takes so many, --ack removes them', async (context) => {
  const path = await makeQueue(context, ['A', 'B', 'C'].map((id) => makeRecord(id, { body: [Buffer.from(id)] })));
  const get = async (...options: string[]) => (await run(['get', 'inbox', ...options, `--queue-path=${path}`])).stdout;
  assert.equal(await get('--count', '2'), 'A\nB\n');
  assert.equal(await get('--count=2', '--ack'), 'A\nB\n');
  assert.equal(await get('--ack'), 'C\n');
  assert.equal(await get(), '');
});

test('queue get acknowledges a record only after its line has been flushed', async (context) => {
  const path = await makeQueue(context, [makeRecord('A')]);
  const seen: unknown[] = [];
  const write: Write = (_chunk, _encoding, done) => {
    void count(path).then((messages) => done(void seen.push(messages)));
  };
  assert.equal((await run(['get', 'inbox', '--ack', `--queue-path=${path}`], write)).code, 0);
  assert.deepEqual([seen, await count(path)], [[1], undefined]);
});

test('queue get ends quietly when the pipe is closed and acknowledges nothing more', async (context) => {
  const path = await makeQueue(context, ['A', 'B', 'C'].map((id) => makeRecord(id)));
  let lines = 0;
  const write: Write = (_chunk, _encoding, done) => {
    lines++;
    done(lines > 1 ? Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }) : undefined);
  };
  const { code, stderr } = await run(['get', 'inbox', '--ack', `--queue-path=${path}`], write);
  assert.deepEqual([code, stderr, lines, await count(path)], [0, '', 2, 3]);
});

test('queue get into a pipe that nobody reads any more exits 0 and loses nothing', async (context) => {
  const body = [Buffer.alloc(100_000, 'x')];
  const path = await makeQueue(context, Array.from({ length: 50 }, (_, index) => makeRecord(`ID${index}`, { body })));
  const program = fileURLToPath(new URL('queue-program.ts', import.meta.url));
  const [command = '', ...args] = toProgramCommand(program, ['get', 'inbox', '--ack', `--queue-path=${path}`]);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => stderr += text);
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  child.stdout.destroy();
  assert.deepEqual([await exited, stderr, await count(path)], [[0, null], '', 50]);
});

test('queue get fails when its output cannot be written, and acknowledges nothing', async (context) => {
  const path = await makeQueue(context, [makeRecord('A')]);
  const write: Write = (_chunk, _encoding, done) => done(new Error('ENOSPC: no space left on device, write'));
  const { code, stderr } = await run(['get', 'inbox', '--ack', `--queue-path=${path}`], write);
  assert.deepEqual([code, stderr], [1, 'ENOSPC: no space left on device, write\n']);
  assert.equal(await count(path), 1);
});

const usage = /^command line: usage: mailchute queue ls \| mailchute queue get QUEUE \[--count N\] \[--ack\]\n$/;
const mistakes: readonly (readonly [argv: string, expected: RegExp])[] = [
  ['', usage],
  ['list', usage],
  ['get', usage],
  ['ls inbox', usage],
  ['ls --ack', usage],
  ['get inbox outbox', /unexpected "outbox"/],
  ['get inbox --count=0', /^command line --count: "0", expected a whole number from 1\n$/],
  ['get inbox --count -1', /--count: "-1", expected a whole number from 1/],
  ['get inbox --count=1.5', /--count: "1\.5", expected/],
  ['get inbox --count=ten', /--count: "ten", expected/],
  ['get inbox --count=99999999999999999999', /--count: "99999999999999999999", expected/],
  ['get inbox --count', /^command line --count: needs a value\n$/],
  ['get inbox --ack=yes', /--ack: takes no value/],
  ['ls --queue-pth=x', /queue-pth/],
];

for (const [argv, expected] of mistakes) {
  test(`queue ${argv || 'without a verb'} is a usage error`, async () => {
    const { code, stdout, stderr } = await run(argv.split(' ').filter((word) => word !== ''));
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, expected);
  });
}

for (const verb of [['ls'], ['get', 'inbox'], ['get', 'inbox', '--ack']]) {
  test(`queue ${verb.join(' ')} on a missing file names the path and creates nothing`, async (context) => {
    const path = join(makeTemporaryDirectory(context), 'queue.db');
    const { code, stdout, stderr } = await run([...verb, `--queue-path=${path}`]);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^queue-path .*queue\.db: no such file: "mailchute serve" creates it, or .*\n$/);
    assert.ok(!existsSync(path));
  });
}

test('queue get names the queue that is not there and how to find the others', async (context) => {
  const path = await makeQueue(context, [makeRecord('A')]);
  const { code, stderr } = await run(['get', 'inbxo', `--queue-path=${path}`]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^queue "inbxo": neither configured nor in .*queue\.db: "mailchute queue ls" lists the queues\n$/,
  );
});

test('queue ls on a damaged file says what it is', async (context) => {
  const path = join(makeTemporaryDirectory(context), 'queue.db');
  writeFileSync(path, 'not a database '.repeat(1000));
  const { code, stderr } = await run(['ls', `--queue-path=${path}`]);
  assert.equal(code, 1);
  assert.match(stderr, /^queue-path .*queue\.db: it is not a database: set queue-path to another path/);
});

test('queue ls says which broker cannot be reached and what to do', async () => {
  const [port = 0] = await freePorts(1);
  const { code, stdout, stderr } = await run(['ls', `--rabbitmq-address=amqp://guest:secret@127.0.0.1:${port}/`]);
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, new RegExp(`^Cannot connect to RabbitMQ: .*127\\.0\\.0\\.1:${port}.*\n$`));
  assert.ok(!stderr.includes('secret'));
});
