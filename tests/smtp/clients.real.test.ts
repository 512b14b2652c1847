// Clients that nobody here wrote send one and the same message; the record must hold it to the byte.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { createTransport } from 'nodemailer';
import { decodeMime } from '../support/read-record.ts';
import { withDoor } from '../support/start-door.ts';

const SENDER = 'sender@example.com';
const RECIPIENTS = ['first@example.com', 'second@example.com'];
const MESSAGE = Buffer.from(
  [
    `From: Absenderin <${SENDER}>`,
    `To: ${RECIPIENTS.join(', ')}`,
    'Subject: Grüße mit Punkten',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    '.',
    '..',
    '...three dots',
    '.hidden: änderung, 日本語, 🙂',
    '',
    '.',
    'From here on nothing special.',
    '. the end',
    '',
  ].join('\r\n'),
);

const RECEIVED =
  /^Received: from [^\r]+ \(\[127\.0\.0\.1\]\)\r\n\tby mx\.example\.com with E?SMTP id \w+;\r\n\t[^\r]+ \+0000\r\n/;

interface Client {
  readonly name: string;
  /** Sends the message and resolves when the client is content. */
  send(port: number): Promise<void>;
}

const PYTHON_SCRIPT = `
import smtplib, sys
with smtplib.SMTP('127.0.0.1', int(sys.argv[1])) as client:
    refused = client.sendmail(sys.argv[2], sys.argv[3:], sys.stdin.buffer.read(), mail_options=['BODY=8BITMIME'])
    assert refused == {}, refused
`;

const clients: readonly Client[] = [
  {
    name: 'nodemailer',
    async send(port) {
      const transport = createTransport({ host: '127.0.0.1', port, ignoreTLS: true });
      const info = await transport.sendMail({ envelope: { from: SENDER, to: RECIPIENTS }, raw: MESSAGE });
      assert.deepEqual(info.accepted, RECIPIENTS);
      transport.close();
    },
  },
  {
    name: 'curl',
    send: (port) =>
      run('curl', [
        ...['--silent', '--show-error', '--max-time', '10', `smtp://127.0.0.1:${port}/client.example.com`],
        ...['--mail-from', SENDER, ...RECIPIENTS.flatMap((recipient) => ['--mail-rcpt', recipient])],
        ...['--upload-file', '-'],
      ]),
  },
  {
    name: 'swaks',
    send: (port) =>
      run('swaks', [
        ...['--server', `127.0.0.1:${port}`, '--helo', 'client.example.com', '--timeout', '10'],
        ...['--from', SENDER, '--to', RECIPIENTS.join(','), '--data', '@-', '--silent', '1'],
      ], MESSAGE.subarray(0, -2)), // swaks ends the last line itself
  },
  {
    name: 'smtplib',
    send: (port) => run('python3', ['-c', PYTHON_SCRIPT, String(port), SENDER, ...RECIPIENTS]),
  },
];

/** Runs a program with the message on its input; each is in the Debian package of its own name. */
function run(program: string, parameters: readonly string[], input: Uint8Array = MESSAGE): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, parameters, { timeout: 20_000 }, (error, stdout, stderr) => {
      if (error === null) resolve();
      else if (error.code === 'ENOENT') {
        reject(new Error(`${program} is missing: install the Debian package ${program}`));
      } else reject(new Error(`${program} failed: ${stdout}${stderr}`, { cause: error }));
    });
    child.stdin?.on('error', () => {}); // a program that ended early is reported by its exit
    child.stdin?.end(input);
  });
}

for (const { name, send } of clients) {
  test(`A message from ${name} becomes one record per recipient with exactly its bytes under our Received field`, async () => {
    await withDoor({ pipelineSettings: { addReceived: true } }, async ({ port, outlet }) => {
      await send(port);
      const records = outlet.parsed();
      assert.deepEqual(records.map((record) => record['recipient']), RECIPIENTS);
      for (const record of records) {
        const mime = decodeMime(record).toString('utf8');
        assert.match(mime, RECEIVED);
        assert.equal(mime.replace(RECEIVED, ''), MESSAGE.toString('utf8'));
        assert.equal(record['envelope'], SENDER);
        assert.equal(record['mime-encoding'], undefined);
      }
    });
  });
}

test('A client that is missing is called by the name of its Debian package', async () => {
  await assert.rejects(run('no-such-client', []), /install the Debian package no-such-client/);
});
