// memory-limit under a flood: two hundred large uploads at once, of which those are taken that fit, and arrive whole.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { type Gateway, gatewayCommand, removeGateway, startGateway } from '../support/gateway.ts';

const MB = 1024 * 1024;
const UPLOAD_BYTES = 50 * MB;
const LIMIT = 256 * MB;
// What the program needs beside the mail.
const PROGRAM_BYTES = 256 * MB;
const UPLOADS = 200;
// They say nothing of their size, so that each has to be read to its end before it can be refused.
const UNANNOUNCED = 6;

const HEAD = Buffer.from('Subject: large\r\n\r\n');
const BLOCK = Buffer.from(`${'0123456789abcdef'.repeat(4)}\r\n`.repeat(1000));
const BLOCKS = Math.floor((UPLOAD_BYTES - HEAD.length) / BLOCK.length);

/** Sends one message and resolves with the last reply. */
function upload(port: number, parameters: string): Promise<string> {
  const lines = ['EHLO client.example', `MAIL FROM:<a@example.com>${parameters}`, 'RCPT TO:<b@example.org>', 'DATA'];
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    let left = BLOCKS;
    const sendBlocks = () => {
      for (; left > 0; left--) if (!socket.write(BLOCK)) return void (left--, socket.once('drain', sendBlocks));
      socket.write('.\r\n');
    };
    const answer = (reply: string) => {
      const line = lines.shift();
      if (/^[45]/.test(reply) || (line === undefined && !reply.startsWith('354'))) {
        socket.end('QUIT\r\n');
        resolve(reply);
      } else if (line !== undefined) socket.write(`${line}\r\n`);
      else {
        socket.write(HEAD);
        sendBlocks();
      }
    };
    socket.setEncoding('latin1').on('error', reject).on('data', (text: string) => {
      received += text;
      const reply = /^(?:\d{3}-.*\r\n)*\d{3} .*\r\n/.exec(received)?.[0];
      if (reply === undefined) return;
      received = received.slice(reply.length);
      answer(reply);
    });
  });
}

/** SHA-256 of the mail in each record, by its id. */
async function hashRecords({ flags, directory }: Gateway): Promise<Map<string, string>> {
  const [program = '', ...leading] = gatewayCommand();
  const args = [...leading, 'queue', 'get', 'inbox', ...flags];
  const child = spawn(program, args, { cwd: directory, stdio: ['ignore', 'pipe', 'ignore'] });
  const hashes = new Map<string, string>();
  for await (const line of createInterface(child.stdout)) {
    const record = JSON.parse(line);
    const mime: string = record.mime;
    hashes.set(record['message-id'], createHash('sha256').update(mime.slice(mime.indexOf('Subject:'))).digest('hex'));
  }
  return hashes;
}

/** The most memory that the process ever had. */
function toPeakBytes({ process: { pid } }: Gateway): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

test(`${UPLOADS} uploads of ${UPLOAD_BYTES / MB} MB at once stay within memory-limit, and what is taken is whole`, async (context) => {
  const config = {
    'memory-limit': `${LIMIT / MB}MB`,
    'rabbitmq-max-message-size': '64MB',
    'smtp-connections-per-ip': UPLOADS,
  };
  const gateway = await startGateway({ config });
  try {
    const replies = await Promise.all(
      Array.from(
        { length: UPLOADS },
        (_, index) => upload(gateway.ports.smtp, index < UNANNOUNCED ? '' : ` SIZE=${UPLOAD_BYTES}`),
      ),
    );
    const promised = replies.flatMap((reply) => /^250 2\.0\.0 (\w+) for /m.exec(reply)?.[1] ?? []);
    const others = new Set(replies.filter((reply) => !reply.startsWith('250')));
    const peak = toPeakBytes(gateway);
    context.diagnostic(
      `${promised.length} taken, ${UPLOADS - promised.length} put off, peak ${Math.round(peak / MB)} MB`,
    );
    assert.deepEqual([...others], ['452 4.3.1 Too much mail in flight, try again later\r\n']);
    assert.ok(promised.length >= 4, `only ${promised.length} were taken`);
    assert.ok(peak <= LIMIT + PROGRAM_BYTES, `the gateway took ${peak} bytes`);
    const content = createHash('sha256').update(HEAD);
    for (let block = 0; block < BLOCKS; block++) content.update(BLOCK);
    const expected = content.digest('hex');
    const stored = await hashRecords(gateway);
    assert.deepEqual([...stored.keys()].sort(), promised.sort());
    for (const hash of stored.values()) assert.equal(hash, expected);
    // The room is there again.
    assert.match(await upload(gateway.ports.smtp, ` SIZE=${UPLOAD_BYTES}`), /^250/);
    assert.equal((await gateway.end()).code, 0);
  } finally {
    await removeGateway(gateway);
  }
});
