// smtp-recipients: headers by clients that name their recipients in the message, logged in and not, on a gateway of its own.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import nodemailer from 'nodemailer';
import { type Gateway, removeGateway, startGateway } from '../support/gateway.ts';
import { runProgram } from '../support/mail-clients.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const HEADERS = ['From: Sender <sender@example.com>', 'To: "B, C" <b@example.org>', 'Cc: c@example.org, b@EXAMPLE.ORG'];
const BCC = ['Bcc: d@example.org,', '\te@example.org'];
const REST = ['Subject: who gets this', '', 'Bcc: body', '.', ''];
const SENT = [...HEADERS, ...BCC, ...REST].join('\r\n');
const PUBLISHED = [...HEADERS, ...REST].join('\r\n');
const RECIPIENTS = ['b@example.org', 'c@example.org', 'd@example.org', 'e@example.org'];

let gateway: Gateway;
before(async () => {
  gateway = await startGateway({ config: { 'smtp-recipients': 'headers', 'smtp-received': 'no' } });
});
after(() => removeGateway(gateway));

interface Received {
  readonly 'message-id': string;
  readonly recipient: string;
  readonly envelope?: string;
  readonly mime: string;
}

/** Takes everything out of the inbox. */
async function drain(from: Gateway): Promise<Received[]> {
  const lines = await from.run('queue', 'get', 'inbox', '--ack');
  return lines.trim().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Received);
}

function assertPublished(records: readonly Received[], mime: string): void {
  assert.deepEqual(records.map(({ recipient }) => recipient), RECIPIENTS);
  assert.equal(new Set(records.map((record) => record['message-id'])).size, RECIPIENTS.length);
  for (const record of records) assert.deepEqual([record.envelope, record.mime], ['sender@example.com', mime]);
}

test('nodemailer brings one message to everybody in To, Cc and Bcc, whoever its envelope names', async () => {
  const transport = nodemailer.createTransport({ host: '127.0.0.1', port: gateway.ports.smtp, ignoreTLS: true });
  const envelope = { from: 'sender@example.com', to: ['ignored@example.net', 'too@example.net'] };
  const info = await transport.sendMail({ envelope, raw: SENT });
  transport.close();
  const records = await drain(gateway);
  assertPublished(records, PUBLISHED);
  for (const record of records) assert.ok(info.response.includes(`${record['message-id']} for ${record.recipient}`));
});

test('swaks brings one message to everybody in To, Cc and Bcc, whoever its envelope names', async (context) => {
  const path = join(makeTemporaryDirectory(context), 'message.eml');
  writeFileSync(path, [...HEADERS, ...BCC, 'Subject: who gets this', '', 'body'].join('\r\n'));
  const where = ['--server', '127.0.0.1', '--port', String(gateway.ports.smtp), '--ehlo', 'client.example'];
  const who = ['--from', 'sender@example.com', '--to', 'ignored@example.net'];
  await runProgram('swaks', [...where, ...who, '--data', `@${path}`, '--hide-all']);
  assertPublished(await drain(gateway), [...HEADERS, 'Subject: who gets this', '', 'body', ''].join('\r\n'));
});

test('One bad recipient of the header section refuses the message for all of them', async () => {
  const transport = nodemailer.createTransport({ host: '127.0.0.1', port: gateway.ports.smtp, ignoreTLS: true });
  const envelope = { from: 'sender@example.com', to: 'ignored@example.net' };
  for (const raw of [`To: f@example.org, g@@example.org\r\n\r\n`, `Subject: nobody\r\n\r\nTo: f@example.org\r\n`]) {
    await assert.rejects(transport.sendMail({ envelope, raw }), /550 5\.1\.3 /);
  }
  transport.close();
  assert.deepEqual(await drain(gateway), []);
});

test('Only who has logged in names recipients in the header section', async (context) => {
  const directory = makeTemporaryDirectory(context);
  writeFileSync(join(directory, 'local.txt'), 'exact local@example.net\n');
  const config = {
    'smtp-recipients': 'headers',
    'smtp-received': 'no',
    'smtp-auth': 'hardcoded://user:secret',
    'smtp-certificate': 'self-signed',
    'local-addresses': join(directory, 'local.txt'),
  };
  const guarded = await startGateway({ config });
  context.after(() => removeGateway(guarded));
  const where = { host: '127.0.0.1', port: guarded.ports.smtp, tls: { rejectUnauthorized: false } };
  const envelope = { from: 'sender@example.com', to: 'local@example.net' };

  const stranger = nodemailer.createTransport(where);
  await stranger.sendMail({ envelope, raw: SENT });
  stranger.close();
  const [record, ...others] = await drain(guarded);
  assert.deepEqual([record?.recipient, record?.mime, others.length], ['local@example.net', SENT, 0]);

  const user = nodemailer.createTransport({ ...where, auth: { user: 'user', pass: 'secret' } });
  await user.sendMail({ envelope, raw: SENT });
  user.close();
  assertPublished(await drain(guarded), PUBLISHED);
});
