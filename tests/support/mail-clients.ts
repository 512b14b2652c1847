// Clients nobody here wrote, each sending one ready message through a gateway.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import nodemailer from 'nodemailer';

/** What to send, and where to. */
export interface Delivery {
  readonly ports: { readonly smtp: number; readonly http: number };
  readonly content: Buffer;
  readonly from: string;
  readonly to: string;
  /** A directory for the client's input file. */
  readonly directory: string;
}

/** One client. */
export interface MailClient {
  readonly name: string;
  readonly door: 'smtp' | 'http';
  /** Names of contents that the client itself changes before it sends them. */
  readonly changes: readonly string[];
  /** Resolves when the gateway has accepted; rejects with what the client said. */
  send(delivery: Delivery): Promise<void>;
}

/** Runs a client; resolves to what it printed, rejects with what it said instead. */
export function runProgram(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { timeout: 60_000, maxBuffer: 1 << 27, encoding: 'utf8' }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${program}: ${stderr.slice(-1000) || stdout.slice(-1000) || error.message}`));
    });
  });
}

function toFile({ directory, content }: Delivery): string {
  const path = join(directory, 'message.eml');
  writeFileSync(path, content);
  return path;
}

const SMTPLIB = `
import smtplib, sys
port, sender, recipient, path = sys.argv[1:]
with smtplib.SMTP('127.0.0.1', int(port)) as client:
    client.sendmail(sender, [recipient], open(path, 'rb').read())
`;

/** Every client; swaks comes from Debian's package of that name, Python from python3. */
export const CLIENTS: readonly MailClient[] = [
  {
    name: 'nodemailer',
    door: 'smtp',
    changes: [],
    async send({ ports, content, from, to }) {
      const transport = nodemailer.createTransport({ host: '127.0.0.1', port: ports.smtp, ignoreTLS: true });
      await transport.sendMail({ envelope: { from, to: [to] }, raw: content });
      transport.close();
    },
  },
  {
    name: 'curl',
    door: 'smtp',
    changes: [],
    async send(delivery) {
      const { ports, from, to } = delivery;
      const url = `smtp://127.0.0.1:${ports.smtp}/client.example`;
      await runProgram('curl', ['-sS', url, '--mail-from', from, '--mail-rcpt', to, '-T', toFile(delivery)]);
    },
  },
  {
    name: 'swaks',
    door: 'smtp',
    // It takes a last line with a dot for the end of the data, and completes a header section that has no body.
    changes: ['lines that start with dots', 'an empty body', 'a header section alone'],
    async send(delivery) {
      const { ports, from, to, content } = delivery;
      const where = ['--server', '127.0.0.1', '--port', String(ports.smtp), '--ehlo', 'client.example'];
      // swaks always ends the data with a line end of its own.
      const isComplete = content.subarray(-2).toString('latin1') === '\r\n';
      const path = toFile({ ...delivery, content: isComplete ? content.subarray(0, -2) : content });
      await runProgram('swaks', [...where, '--from', from, '--to', to, '--data', `@${path}`, '--hide-all']);
    },
  },
  {
    name: 'Python smtplib',
    door: 'smtp',
    changes: [],
    async send(delivery) {
      const { ports, from, to } = delivery;
      await runProgram('python3', ['-c', SMTPLIB, String(ports.smtp), from, to, toFile(delivery)]);
    },
  },
  {
    name: 'curl with a raw body',
    door: 'http',
    changes: [],
    async send(delivery) {
      const { ports, from, to } = delivery;
      const query = new URLSearchParams({ envelope: from, recipient: to });
      const url = `http://127.0.0.1:${ports.http}/v1/messages?${query}`;
      const body = ['-H', 'content-type: message/rfc822', '--data-binary', `@${toFile(delivery)}`];
      await runProgram('curl', ['-sS', '--fail-with-body', url, ...body]);
    },
  },
  {
    name: 'fetch with a JSON body',
    door: 'http',
    changes: [],
    async send({ ports, content, from, to }) {
      const text = content.toString('utf8');
      const mime = Buffer.from(text).equals(content)
        ? { mime: text }
        : { mime: content.toString('base64'), 'mime-encoding': 'base64' };
      const response = await fetch(`http://127.0.0.1:${ports.http}/v1/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ envelope: from, recipient: to, ...mime }),
      });
      const answer = await response.text();
      if (response.status !== 202) throw new Error(`fetch: ${response.status} ${answer}`);
    },
  },
];
