// Clients that nobody here wrote send over STARTTLS and over TLS from the first byte, most of them checking the certificate.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createTransport } from 'nodemailer';
import { decodeMime } from '../support/read-record.ts';
import { type StartedDoor, withDoor } from '../support/start-door.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { createTestTls, TEST_PAIR } from '../support/test-tls.ts';

const NAME = 'mx.example.com';
const [SENDER, RECIPIENT] = ['sender@example.com', 'recipient@example.com'];
const MESSAGE = Buffer.from(`From: <${SENDER}>\r\nSubject: inside\r\n\r\n..\r\nGrüße\r\n`);

type Mode = 'STARTTLS' | 'TLS from the first byte';

interface Delivery {
  readonly port: number;
  readonly mode: Mode;
  /** The path of the certificate, which is its own authority. */
  readonly authority: string;
}

interface Client {
  readonly name: string;
  /** Sends the message and resolves when the client is content. */
  send(delivery: Delivery): Promise<unknown>;
}

const PYTHON_SCRIPT = `
import smtplib, ssl, sys
port, mode, authority, sender, recipient = sys.argv[1:]
context = ssl.create_default_context(cafile=authority)
context.check_hostname = False # the name stands for no address here
if mode == 'STARTTLS':
    client = smtplib.SMTP('127.0.0.1', int(port))
    client.starttls(context=context)
else:
    client = smtplib.SMTP_SSL('127.0.0.1', int(port), context=context)
with client:
    client.sendmail(sender, [recipient], sys.stdin.buffer.read(), mail_options=['BODY=8BITMIME'])
`;

const clients: readonly Client[] = [
  {
    name: 'nodemailer',
    async send({ port, mode }) {
      const tls = { ca: TEST_PAIR.certificate, servername: NAME };
      const isImplicit = mode !== 'STARTTLS';
      const transport = createTransport({ host: '127.0.0.1', port, tls, secure: isImplicit, requireTLS: !isImplicit });
      await transport.sendMail({ envelope: { from: SENDER, to: [RECIPIENT] }, raw: MESSAGE });
      transport.close();
    },
  },
  {
    name: 'curl',
    send: ({ port, mode, authority }) =>
      run('curl', [
        ...['--silent', '--show-error', '--max-time', '10', '--cacert', authority],
        ...['--resolve', `${NAME}:${port}:127.0.0.1`, '--ssl-reqd'],
        `${mode === 'STARTTLS' ? 'smtp' : 'smtps'}://${NAME}:${port}/client.example.com`,
        ...['--mail-from', SENDER, '--mail-rcpt', RECIPIENT, '--upload-file', '-'],
      ]),
  },
  {
    name: 'swaks',
    send: ({ port, mode }) =>
      run('swaks', [
        ...['--server', `127.0.0.1:${port}`, '--helo', 'client.example.com', '--timeout', '10'],
        mode === 'STARTTLS' ? '--tls' : '--tls-on-connect',
        ...['--from', SENDER, '--to', RECIPIENT, '--data', '@-', '--silent', '1'],
      ], MESSAGE.subarray(0, -2)), // swaks ends the last line itself
  },
  {
    name: 'smtplib',
    send: ({ port, mode, authority }) =>
      run('python3', ['-c', PYTHON_SCRIPT, String(port), mode, authority, SENDER, RECIPIENT]),
  },
  {
    name: 'openssl s_client',
    async send(delivery) {
      const commands = ['EHLO client.example.com', `MAIL FROM:<${SENDER}>`, `RCPT TO:<${RECIPIENT}>`, 'DATA'];
      const stuffed = MESSAGE.toString('latin1').replace(/^\./gm, '..');
      const script = `${commands.join('\r\n')}\r\n${stuffed}.\r\nQUIT\r\n`;
      const answers = await converse(delivery, ['-verify_return_error', '-verify_hostname', NAME], script);
      assert.match(answers, /^250 2\.0\.0 \w+ for recipient@example\.com\r?$/m);
    },
  },
];

/** Runs a program; each is in the Debian package of its own name. Resolves to what it said. */
function run(program: string, parameters: readonly string[], input: Uint8Array = MESSAGE): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, parameters, { timeout: 20_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (error.code === 'ENOENT') {
        reject(new Error(`${program} is missing: install the Debian package ${program}`));
      } else reject(new Error(`${program} failed: ${stdout}${stderr}`, { cause: error }));
    });
    child.stdin?.on('error', () => {}); // a program that ended early is reported by its exit
    child.stdin?.end(input);
  });
}

/** What a server says to a script inside TLS. */
function converse({ port, mode, authority }: Delivery, options: readonly string[], script: string): Promise<string> {
  const start = mode === 'STARTTLS' ? ['-starttls', 'smtp'] : [];
  const connection = ['-connect', `127.0.0.1:${port}`, '-CAfile', authority, '-quiet'];
  return run('openssl', ['s_client', ...connection, ...start, ...options], Buffer.from(script, 'latin1'));
}

/** Runs `body` with a door that has a plain and a secure port. */
function withTls(body: (door: StartedDoor, portOf: (mode: Mode) => number) => Promise<void>): Promise<void> {
  const options = { tls: createTestTls(), securePorts: [0], pipelineSettings: { addReceived: true } };
  return withDoor(options, (door) => body(door, (mode) => door.door.bound[mode === 'STARTTLS' ? 0 : 1]?.port ?? 0));
}

for (const mode of ['STARTTLS', 'TLS from the first byte'] as const) {
  for (const { name, send } of clients) {
    test(`${name} delivers by ${mode}`, async (context) => {
      const authority = join(makeTemporaryDirectory(context), 'ca.pem');
      writeFileSync(authority, TEST_PAIR.certificate);
      await withTls(async (door, portOf) => {
        await send({ port: portOf(mode), mode, authority });
        const [record] = door.outlet.parsed();
        assert.equal(record?.['recipient'], RECIPIENT);
        const mime = decodeMime(record ?? {}).toString('utf8');
        assert.match(mime, /^Received: [^\r]+\r\n\tby mx\.example\.com with ESMTPS \(TLSv1\.[23] [\w-]+\) id \w+;\r\n/);
        assert.equal(mime.replace(/^Received: .*\r\n(?:\t.*\r\n)+/, ''), MESSAGE.toString('utf8'));
        await door.empty();
      });
    });
  }
}

for (const [version, isSpoken] of [['tls1_3', true], ['tls1_2', true], ['tls1_1', false], ['tls1', false]] as const) {
  test(`openssl s_client -${version} is ${isSpoken ? 'served' : 'refused'}`, async (context) => {
    const authority = join(makeTemporaryDirectory(context), 'ca.pem');
    writeFileSync(authority, TEST_PAIR.certificate);
    await withTls(async (door, portOf) => {
      for (const mode of ['STARTTLS', 'TLS from the first byte'] as const) {
        // The client's own security level would keep it from trying the old ones.
        const options = [`-${version}`, '-cipher', 'DEFAULT:@SECLEVEL=0'];
        const answers = converse({ port: portOf(mode), mode, authority }, options, 'NOOP\r\nQUIT\r\n');
        if (isSpoken) assert.match(await answers, /^250 2\.0\.0 Ok\r?\n221 /m);
        else await assert.rejects(answers);
      }
      await door.empty();
    });
  });
}

test('A client of TLS 1.2 cannot make the door renegotiate', async (context) => {
  const authority = join(makeTemporaryDirectory(context), 'ca.pem');
  writeFileSync(authority, TEST_PAIR.certificate);
  await withTls(async (door, portOf) => {
    const options = ['-connect', `127.0.0.1:${portOf('TLS from the first byte')}`, '-CAfile', authority, '-tls1_2'];
    await assert.rejects(run('openssl', ['s_client', ...options], Buffer.from('R\n')), /no renegotiation/i);
    await door.empty();
  });
});

test('A client that does not know the certificate does not deliver', async () => {
  await withTls(async (door, portOf) => {
    const url = `smtps://localhost:${portOf('TLS from the first byte')}/client.example.com`;
    const parameters = [
      '--silent',
      '--show-error',
      '--max-time',
      '10',
      '--mail-from',
      SENDER,
      '--mail-rcpt',
      RECIPIENT,
    ];
    await assert.rejects(run('curl', [...parameters, '--upload-file', '-', url]), /certificate/i);
    await door.empty();
    assert.equal(door.outlet.records.length, 0);
  });
});
