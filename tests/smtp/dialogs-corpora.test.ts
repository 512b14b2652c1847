// Dialogues and byte streams that others have collected, against the door; runs where MAILCHUTE_CORPORA names their folder.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import type { SmtpClient } from '../support/smtp-client.ts';
import { type StartedDoor, withDoor } from '../support/start-door.ts';

interface Step {
  readonly send?: string;
  readonly raw?: string;
  readonly raw_b64?: string;
  readonly expect?: string | null;
  readonly expect_eof?: boolean;
  readonly reconnect?: string;
  readonly close?: boolean;
}

interface Case {
  readonly script: string;
  readonly tls: boolean;
  readonly args: string;
  readonly odd?: boolean;
  readonly steps: readonly Step[];
}

/** Expected replies of a set: how many there are in what ran, and how many came with that very code. */
interface Score {
  dialogues: number;
  whole: number;
  expected: number;
  matched: number;
}

const root = process.env['MAILCHUTE_CORPORA'] ?? '';

/** The folder of a set; undefined, and said aloud, when it is not there. */
function findSet(name: string): string | undefined {
  const folder = join(root, name);
  if (root !== '' && existsSync(folder)) return folder;
  console.log(`*** ${name}: DID NOT RUN, MAILCHUTE_CORPORA does not lead to this set ***`);
  return undefined;
}

// What the servers that these dialogues are from decide by their own configuration (refusals of users and hosts, AUTH,
// TLS, CHUNKING) differs here; fewer matches than these mean that something that worked does not any more.
const SETS = [
  { name: 'smtp-dialogs-exim-give', matched: 396 },
  { name: 'smtp-dialogs-chasquid', matched: 83 },
];

for (const { name, matched } of SETS) {
  test(`The door stands through the dialogues of ${name}`, async () => {
    const folder = findSet(name);
    if (folder === undefined) return;
    const cases = readFileSync(join(folder, 'cases.jsonl'), 'utf8').trim().split('\n').map((line) =>
      JSON.parse(line) as Case
    );
    await withDoor(
      { settings: { idleTimeoutMs: 2000 }, pipelineSettings: { addressPolicy: 'loose' } },
      async (door) => {
        const score: Score = { dialogues: 0, whole: 0, expected: 0, matched: 0 };
        for (const each of cases) if (!needsTls(each) && each.odd !== true) await replay(each, door, score);
        console.log(
          `${name}: ${score.matched} of ${score.expected} replies have the expected code, ` +
            `${score.whole} of ${score.dialogues} dialogues match as a whole, ${
              cases.length - score.dialogues
            } not run`,
        );
        await assertUnharmed(door);
        assert.ok(score.matched >= matched, `${score.matched} match, ${matched} did before`);
      },
    );
  });
}

function needsTls({ tls, args, steps }: Case): boolean {
  return (tls && (args.includes('on-connect') || args === '')) || steps.some(({ reconnect }) => reconnect === 'tls');
}

async function assertUnharmed({ empty, log, connect }: StartedDoor): Promise<void> {
  await empty();
  assert.deepEqual(log.events.filter(({ event }) => event === 'gateway.fault'), []);
  const client = await connect();
  assert.match((await client.reply()).join(), /^220 /);
}

async function replay({ steps }: Case, door: StartedDoor, score: Score): Promise<void> {
  const replies = joinMultiline(steps);
  score.dialogues++;
  score.expected += replies.filter(({ expect }) => expect !== undefined).length;
  let client = replies.some(({ reconnect }) => reconnect !== undefined) ? undefined : await door.connect();
  let isWhole = true;
  for (const step of replies) {
    if (step.reconnect !== undefined) client = await door.connect();
    if (client === undefined) break;
    const outcome = await take(step, client);
    if (outcome === 'matched') score.matched++;
    else if (outcome !== undefined) isWhole = false;
    if (outcome === 'lost') break;
  }
  client?.close();
  if (isWhole) score.whole++;
}

/** `lost` means that what follows cannot be compared any more. */
async function take(step: Step, client: SmtpClient): Promise<'matched' | 'differs' | 'lost' | undefined> {
  if (step.send !== undefined) client.sendBytes(Buffer.from(`${withLineEnds(step.send)}\r\n`));
  if (step.raw !== undefined) client.sendBytes(Buffer.from(withBytes(step.raw), 'latin1'));
  if (step.raw_b64 !== undefined) client.sendBytes(Buffer.from(step.raw_b64, 'base64'));
  if (step.close === true) client.close();
  if (step.expect_eof === true) {
    return await client.rest().then((rest) => rest.startsWith('421 4.4.2') ? 'differs' : undefined, () => 'differs');
  }
  if (step.expect === undefined) return undefined;
  const reply = (await client.reply().catch(() => [])).at(-1);
  if (reply === undefined || reply.startsWith('421 4.4.2')) return 'lost';
  const code = (step.expect ?? '').slice(0, 3);
  if (code === '' || reply.startsWith(code)) return 'matched';
  return reply[0] === code[0] ? 'differs' : 'lost';
}

/** One expectation per reply, where the script has one per line. */
function joinMultiline(steps: readonly Step[]): Step[] {
  return steps.filter(({ expect }, index) => {
    return !(/^\d\d\d-/.test(expect ?? '') && steps[index + 1]?.expect !== undefined);
  });
}

function withLineEnds(text: string): string {
  return text.replaceAll('HOSTIPV4', '127.0.0.1').replaceAll('\\r', '\r').replaceAll('\\n', '\n');
}

function withBytes(text: string): string {
  return withLineEnds(text).replace(/\\x([0-9a-f]{2})/gi, (_match, hex) => String.fromCharCode(parseInt(hex, 16)));
}

/** xorshift32: the same damage in every run. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Some bytes changed, dropped or doubled. */
function damage(bytes: Buffer, random: (below: number) => number): Buffer {
  let damaged = Buffer.from(bytes);
  for (let count = 1 + random(8); count > 0; count--) {
    const at = random(damaged.length + 1);
    const length = random(16);
    const kind = random(3);
    const middle = kind === 0
      ? Buffer.from([random(256)])
      : kind === 1
      ? Buffer.alloc(0)
      : damaged.subarray(at, at + length * 2);
    damaged = Buffer.concat([damaged.subarray(0, at), middle, damaged.subarray(at + length)]);
  }
  return damaged;
}

async function pour(bytes: Buffer, chunkBytes: number, door: StartedDoor): Promise<void> {
  const client = await door.connect();
  for (let at = 0; at < bytes.length; at += chunkBytes) client.sendBytes(bytes.subarray(at, at + chunkBytes));
  client.end();
  await client.rest();
  client.close();
}

const ROUNDS = 40;

for (const name of ['smtp-fuzz-seeds', 'smtp-dialogs-chasquid']) {
  test(`The door stands through the byte streams of ${name}, as they are and damaged`, async () => {
    const folder = findSet(name);
    if (folder === undefined) return;
    const files = readdirSync(join(folder, 'data'), { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile()
    );
    const seeds = files.map((file) => readFileSync(join(file.parentPath, file.name)));
    const random = createRandom(3_141_592);
    await withDoor({ settings: { idleTimeoutMs: 1000 } }, async (door) => {
      for (const seed of seeds) {
        await pour(seed, seed.length, door);
        await pour(seed, 1, door);
        for (let round = 0; round < ROUNDS; round++) await pour(damage(seed, random), 1 + random(400), door);
      }
      console.log(`${name}: ${seeds.length} streams, each damaged in ${ROUNDS} ways`);
      await assertUnharmed(door);
    });
  });
}
