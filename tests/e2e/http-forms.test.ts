// Every form of a message by curl, through the gateway into its queue and out again.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Gateway, removeGateway, startGateway } from '../support/gateway.ts';
import { runProgram } from '../support/mail-clients.ts';

let open: Gateway;
let guarded: Gateway;
before(async () => {
  const config = { 'smtp-received': 'no', 'rabbitmq-primary': 'first' };
  [open, guarded] = await Promise.all([
    startGateway({ config }),
    startGateway({ config: { ...config, 'http-auth': 'hardcoded://shop:secret' } }),
  ]);
});
after(() => Promise.all([open, guarded].filter((gateway) => gateway !== undefined).map(removeGateway)));

const doorOf = ({ ports }: Gateway) => `http://127.0.0.1:${ports.http}`;

interface Received {
  readonly recipient: string;
  readonly envelope?: string;
  readonly mime: string;
  readonly uuid?: string;
}

/** Takes everything out of a queue. */
async function drain(gateway: Gateway, queue: string): Promise<Received[]> {
  const lines = await gateway.run('queue', 'get', queue, '--ack');
  return lines.trim().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Received);
}

/** Runs curl; the answer's body and status. */
async function curl(
  gateway: Gateway,
  path: string,
  ...args: readonly string[]
): Promise<[status: string, body: string]> {
  const output = await runProgram('curl', ['-sS', '-w', '\n%{http_code}', `${doorOf(gateway)}${path}`, ...args]);
  const end = output.lastIndexOf('\n');
  return [output.slice(end + 1), output.slice(0, end)];
}

function toFile(name: string, content: string): string {
  const path = join(open.directory, name);
  writeFileSync(path, content);
  return path;
}

const MAIL = 'From: s@example.com\r\nTo: a@example.org\r\nX-Uuid: 0a1b\r\n';

test('curl -F sends a message in parts', async () => {
  const attachment = toFile('größe.txt', 'attached\n');
  const fields = ['from=S <s@example.com>', 'to=a@example.org', 'to=B <b@example.org>', 'bcc=c@example.org'];
  const content = ['subject=Grüße', 'text=Hello.', `attachment=@${attachment}`];
  const [status, body] = await curl(
    open,
    '/v1/messages',
    ...[...fields, ...content].flatMap((field) => ['-F', field]),
    '--form-string',
    'html=<p>Hello.</p>',
  );
  assert.equal(status, '202', body);
  const records = await drain(open, 'inbox');
  assert.deepEqual(records.map(({ recipient }) => recipient), ['a@example.org', 'b@example.org', 'c@example.org']);
  assert.match(records[0]?.mime ?? '', /\r\nSubject: =\?UTF-8\?Q\?Gr=C3=BC=C3=9Fe\?=\r\n/);
  assert.match(records[0]?.mime ?? '', /filename\*0\*=utf-8''gr%C3%B6%C3%9Fe\.txt/);
  assert.doesNotMatch(records[0]?.mime ?? '', /c@example\.org/);
});

test('curl -F sends a ready message', async () => {
  const path = toFile('message.eml', `${MAIL}Bcc: b@example.org\r\n\r\nbody\r\n`);
  const [status] = await curl(open, '/v1/messages', '-F', `message=@${path}`);
  assert.equal(status, '202');
  const records = await drain(open, 'inbox');
  assert.deepEqual(records.map(({ recipient, mime }) => [recipient, mime]), [
    ['a@example.org', `${MAIL}\r\nbody\r\n`],
    ['b@example.org', `${MAIL}\r\nbody\r\n`],
  ]);
});

test('curl --data-binary sends a stream of lines, and each has its result', async () => {
  const recipients = Array.from({ length: 500 }, (_, index) => index % 100 === 50 ? 'bad' : `r${index}@example.org`);
  const lines = recipients.map((recipient) => JSON.stringify({ envelope: '', recipient, mime: 'Subject: x\n\n' }));
  const path = toFile('lines.ndjson', lines.map((line) => `${line}\n`).join(''));
  const type = 'Content-Type: application/x-ndjson';
  const [status, body] = await curl(open, '/v1/messages', '-H', type, '--data-binary', `@${path}`);
  assert.equal(status, '207');
  const results = body.trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(results.map((result) => result.status), recipients.map((name) => name === 'bad' ? 422 : 202));
  const ids = new Set((await drain(open, 'inbox')).map((record) => `${record.recipient}`));
  assert.deepEqual([...ids].toSorted(), recipients.filter((name) => name !== 'bad').toSorted());
});

test("curl --user sends as Inboxbooster's clients do, urgent mail to its own queue", async () => {
  const path = toFile('urgent.eml', `${MAIL}X-Priority: 0\r\nCc: b@example.org\r\nBcc: c@example.org\r\n\r\nbody\r\n`);
  const send = (...args: string[]) =>
    curl(
      guarded,
      '/v1/mail/send',
      '-H',
      'Content-Type: application/octet-stream',
      '--data-binary',
      `@${path}`,
      ...args,
    );
  assert.deepEqual(await send('--user', 'shop:secret'), ['200', '']);
  assert.equal((await send('--user', 'shop:guess'))[0], '401');
  const records = await drain(guarded, 'first');
  const mime = `${MAIL}X-Priority: 0\r\nCc: b@example.org\r\n\r\nbody\r\n`;
  assert.deepEqual(
    records.map(({ recipient, envelope, uuid, mime }) => [recipient, envelope, uuid, mime]),
    ['a@example.org', 'b@example.org', 'c@example.org'].map((recipient) => [recipient, 's@example.com', '0a1b', mime]),
  );
  assert.deepEqual(await drain(guarded, 'inbox'), []);
});
