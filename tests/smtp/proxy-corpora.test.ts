// PROXY protocol headers that others have collected, against the real door; runs where MAILCHUTE_CORPORA names their folder.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { normalizeIp } from '../../src/mail/ip-address.ts';
import { parseIpRanges } from '../../src/mail/ip-ranges.ts';
import { type StartedDoor, withDoor } from '../support/start-door.ts';

interface Case {
  readonly hex: string;
  readonly valid: boolean;
  readonly name?: string;
  readonly note?: string;
  readonly src?: string | null;
}

const root = process.env['MAILCHUTE_CORPORA'] ?? '';
const ranges = parseIpRanges('127.0.0.1');
const proxies = ranges.ok ? ranges.value : [];
const VERSION_2_LOCAL = '0d0a0d0a000d0a515549540a20';

/** Where a set and the specification differ, what the door does; the section decides. */
const CONTESTED: Readonly<Record<string, boolean>> = {
  unk2: false, // section 2.2: a family that is not known ends the connection
  'TestGetV2::test_wrong_proto_6shouldbe4': true, // section 2.2: LOCAL ignores family and addresses, cut short or not
};

/** Section 2.1: no version 1 line is longer than 107 bytes; the specification's own example has nine groups. */
function isExpected({ hex, valid, name = '', note }: Case): boolean {
  const isTooLong = note === 'spec example' && hex.length > 2 * 107;
  return CONTESTED[name] ?? (valid && !isTooLong);
}

/** Whom the door is to take for the client; undefined when the set does not say. */
function expectedClient({ hex, src }: Case): string | undefined {
  // Section 2.2: LOCAL means the connection's own ends, whatever addresses stand behind it.
  if (hex.startsWith(VERSION_2_LOCAL)) return '127.0.0.1';
  const source = /^\[?(.*?)\]?:\d+$/.exec(src ?? '')?.[1];
  return source === undefined ? undefined : normalizeIp(source);
}

/** What the door says first and whom it takes for the client; undefined when it says nothing. */
async function take({ hex }: Case, { connect, log }: StartedDoor): Promise<string | undefined> {
  const before = log.events.length;
  const client = await connect();
  client.sendBytes(Buffer.from(hex, 'hex'));
  const greeting = await client.line().catch(() => undefined);
  client.close();
  if (greeting === undefined) return undefined;
  assert.match(greeting, /^220 /);
  const opened = log.events.slice(before).find(({ event }) => event === 'smtp.session.opened');
  return String(opened?.fields['remote']);
}

for (const name of ['proxy-spec-and-nginx', 'proxy-aiosmtpd']) {
  test(`The door agrees with the headers of ${name}`, async () => {
    const path = join(root, name, 'cases.jsonl');
    if (root === '' || !existsSync(path)) {
      console.log(`*** ${name}: DID NOT RUN, MAILCHUTE_CORPORA does not lead to this set ***`);
      return;
    }
    const cases = readFileSync(path, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Case);
    await withDoor({ rules: { proxies, headerTimeoutMs: 150 } }, async (door) => {
      const wrong: string[] = [];
      let agreeing = 0;
      for (const each of cases) {
        const client = await take(each, door);
        const expected = isExpected(each) ? expectedClient(each) ?? client : undefined;
        const isRight = (client !== undefined) === isExpected(each) && client === expected;
        if (!isRight) wrong.push(`${each.name ?? ''} ${each.note ?? ''} ${each.hex}: ${client}, not ${expected}`);
        if ((client !== undefined) === each.valid) agreeing++;
      }
      console.log(`${name}: ${agreeing} of ${cases.length} as the set has it, ${cases.length - agreeing} contested`);
      assert.deepEqual(wrong, []);
      await door.empty();
      assert.deepEqual(door.log.events.filter(({ event }) => event === 'gateway.fault'), []);
    });
  });
}
