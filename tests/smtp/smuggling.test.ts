// SMTP smuggling: every disguise of the end of content, under each policy, through real sessions to the published bytes.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import type { PipelineSettings } from '../../src/pipeline/draft.ts';
import { decodeMime } from '../support/read-record.ts';
import type { SmtpClient } from '../support/smtp-client.ts';
import { type StartedDoor, withDoor } from '../support/start-door.ts';

type Policy = PipelineSettings['lineEndings'];

// What some server somewhere has taken for the end of content, and bytes that could make one of it.
const LINE_ENDS = ['\n', '\r', '\r\n', '\r\r\n', '\n\r', '\r\0\n', '\0\r\n', '\r\n\0', '\0\n', '\0', '\r\r', '\n\n'];
const DOTS = ['.', '..', '.\0', '\0.', '. ', '\x85.', '.\x1a'];
const DISGUISES = LINE_ENDS.flatMap((before) => DOTS.flatMap((dot) => LINE_ENDS.map((after) => before + dot + after)))
  .filter((disguise) => !disguise.includes('\r\n.\r\n'));

const TRANSACTION = [
  'MAIL FROM:<evil@example.com>',
  'RCPT TO:<victim@example.com>',
  'DATA',
  'Subject: smuggled',
  '',
  'x',
];
const SMUGGLED = {
  nothing: '',
  'a transaction': TRANSACTION.map((line) => `${line}\r\n`).join(''),
  'a transaction with bare LFs': TRANSACTION.map((line) => `${line}\n`).join(''),
  'a second end of itself': 'RSET\r\nMAIL FROM:<evil@example.com>\r\n',
};

const HEADER = 'Subject: outer\r\n\r\ntext';
const END = '\r\n.\r\n';

/** What RFC 5321 section 4.5.2 makes of the bytes of a DATA phase, in other words than those of the code. */
function toContent(sent: string): string {
  const withStart = `\r\n${sent}`;
  const end = withStart.indexOf(END);
  assert.equal(end, withStart.length - END.length, 'the only end of content is the last one');
  return withStart.slice(0, end + 2).replaceAll('\r\n.', '\r\n').slice(2);
}

const hasBareLineEnd = (text: string) => /\r(?!\n)|(?<!\r)\n/.test(text);
const repair = (text: string) => text.replace(/\r\n|[\r\n]/g, '\r\n');

/** What is published; undefined when the message is refused. */
function toPublished(content: string, policy: Policy): string | undefined {
  if (!hasBareLineEnd(content)) return content;
  return policy === 'reject' ? undefined : policy === 'fix' ? repair(content) : content;
}

/** Ways to cut the bytes into writes. */
const CUTS: readonly ((sent: Buffer) => Buffer[])[] = [
  (sent) => [sent],
  (sent) => [sent.subarray(0, -1), sent.subarray(-1)],
  (sent) => Array.from(sent, (_, index) => sent.subarray(index, index + 1)),
];

async function sendContent(client: SmtpClient, sent: Buffer, cut: number): Promise<void> {
  client.send('MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA');
  for (const code of ['250 ', '250 ', '354 ']) assert.ok((await client.line()).startsWith(code));
  for (const piece of CUTS[cut]?.(sent) ?? []) client.sendBytes(piece);
}

/** Sends one DATA phase; exactly one reply and at most one record must come of it, and the session goes on. */
async function check(client: SmtpClient, { outlet }: StartedDoor, { sent, policy, cut }: Phase): Promise<void> {
  const name = JSON.stringify(sent);
  const expected = toPublished(toContent(sent), policy);
  const before = outlet.records.length;
  await sendContent(client, Buffer.from(sent, 'latin1'), cut);
  const reply = (await client.reply()).at(-1) ?? '';
  assert.match(reply, expected === undefined ? /^554 5\.6\.0 / : /^250 2\.0\.0 \w+ for b@example\.com$/, name);
  assert.equal(await client.ask('NOOP'), '250 2.0.0 Ok', name);
  assert.equal(client.unread, '', name);
  assert.equal(outlet.records.length - before, expected === undefined ? 0 : 1, name);
  const record = outlet.parsed().at(-1);
  outlet.records.length = 0;
  if (expected === undefined || record === undefined) return;
  assert.equal(record['recipient'], 'b@example.com');
  assert.equal(decodeMime(record).toString('latin1'), expected, name);
}

interface Phase {
  readonly sent: string;
  readonly policy: Policy;
  /** Index into `CUTS`. */
  readonly cut: number;
}

async function withPolicy(
  policy: Policy,
  body: (client: SmtpClient, door: StartedDoor) => Promise<void>,
): Promise<void> {
  await withDoor({ pipelineSettings: { lineEndings: policy } }, async (door) => {
    await body(await door.greeted(), door);
    assert.ok(door.log.events.every(({ event }) => event !== 'gateway.fault'));
  });
}

for (const policy of ['reject', 'fix', 'allow'] as const) {
  for (const [name, smuggled] of Object.entries(SMUGGLED)) {
    test(`${DISGUISES.length} disguises of the end of content, before ${name}, are content under ${policy}`, async () => {
      await withPolicy(policy, async (client, door) => {
        for (const [index, disguise] of DISGUISES.entries()) {
          const sent = `${HEADER}${disguise}${smuggled}${END}`;
          await check(client, door, { sent, policy, cut: index % 7 === 0 ? 1 : 0 });
        }
      });
    });
  }

  test(`The disguises are content under ${policy} at its very start, and byte by byte`, async () => {
    await withPolicy(policy, async (client, door) => {
      for (const disguise of DISGUISES) {
        const start = disguise.replace(/^\r\n(?=\.\r\n)/, '');
        if (!`\r\n${start}${END}`.slice(0, -END.length).includes(END)) {
          await check(client, door, { sent: `${start}${END}`, policy, cut: 2 });
        }
      }
    });
  });
}

const stuffed: readonly { readonly sent: string; readonly allow: string; readonly fix: string }[] = [
  { sent: 'a\n..x', allow: 'a\n..x', fix: 'a\r\n..x' },
  { sent: 'a\r..x', allow: 'a\r..x', fix: 'a\r\n..x' },
  { sent: 'a\r\n..x', allow: 'a\r\n.x', fix: 'a\r\n.x' },
  { sent: 'a\n.x', allow: 'a\n.x', fix: 'a\r\n.x' },
  { sent: 'a\r\n.x', allow: 'a\r\nx', fix: 'a\r\nx' },
  { sent: 'a\r\n.\n.x', allow: 'a\r\n\n.x', fix: 'a\r\n\r\n.x' },
  { sent: '..x', allow: '.x', fix: '.x' },
  { sent: '\n..x', allow: '\n..x', fix: '\r\n..x' },
];

for (const { sent, allow, fix } of stuffed) {
  test(`Of ${JSON.stringify(sent)} exactly the dots after CRLF are un-stuffed: only they were stuffed`, async () => {
    for (const [policy, content] of [['allow', allow], ['fix', fix]] as const) {
      assert.equal(toPublished(toContent(`${sent}${END}`), policy), `${content}\r\n`);
      for (const cut of CUTS.keys()) {
        await withPolicy(policy, (client, door) => check(client, door, { sent: `${sent}${END}`, policy, cut }));
      }
    }
  });
}
