// The cases with a DNS zone, each by SMTP and by HTTP through the real checks: the whole records that come out.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { createChecker } from '../../src/checks/checker.ts';
import { createResolver } from '../../src/checks/resolver.ts';
import type { PipelineSettings } from '../../src/pipeline/draft.ts';
import { createPipeline } from '../../src/pipeline/ingest.ts';
import { startNameServer, type Zone } from '../support/name-server.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { createRecordingOutlet } from '../support/recording-outlet.ts';
import { makeSubmission, ORIGINS, RECEIVED_AT, SETTINGS } from '../support/submissions.ts';
import type { PublishedRecord } from '../support/validate-record.ts';

/** The file case.json. */
interface Case {
  readonly about: string;
  readonly mailFrom: string;
  /** Of the SMTP session; the HTTP door has trusted ones only. */
  readonly trusted: boolean;
}

/** The file expected.json: by door, each record with its queue. */
interface Expected {
  readonly smtp: readonly QueuedRecord[];
  readonly http: readonly QueuedRecord[];
}

interface QueuedRecord {
  readonly queue: string;
  readonly record: PublishedRecord;
}

const settings: PipelineSettings = {
  ...SETTINGS,
  extract: true,
  local: 'local',
  reports: 'reports',
  resultsFor: ['local'],
  localAddresses: () => ({ isEmpty: false, includes: (address) => address.endsWith('@local.test') }),
  ipMapping: { mappable: undefined, unmappable: undefined, defaults: [] },
};
const recipients = ['info@local.test', 'b@elsewhere.test'];
// What only one door has, and what follows from it.
const OF_ONE_DOOR = new Set(['connection', 'helo', 'http', 'ips', 'mime', 'size', 'sha256', 'checks']);
const NEEDS_CLIENT = new Set(['spf', 'dmarc']);

const folder = new URL('./checked-cases/', import.meta.url);

function readJson<Value>(name: string, file: string): Value {
  return JSON.parse(readFileSync(new URL(`${name}/${file}`, folder), 'utf8'));
}

async function run(name: string, { door, context }: { readonly door: 'smtp' | 'http'; readonly context: TestContext }) {
  const { mailFrom, trusted } = readJson<Case>(name, 'case.json');
  const server = await startNameServer(context, readJson<Zone>(name, 'zone.json'));
  const log = createRecordingLog();
  const outlet = createRecordingOutlet();
  let made = 0;
  const pipeline = createPipeline({
    settings,
    outlet,
    log,
    checker: createChecker({
      checks: ['spf', 'dkim', 'dmarc', 'arc'],
      resolver: createResolver({ servers: [server], timeoutMs: 5000, attempts: 1 }),
      spamd: { host: '127.0.0.1', port: 1, timeoutMs: 1000 },
      log,
    }),
    nextId: () => `ID${made++}`,
    now: () => RECEIVED_AT,
  });
  const content = [readFileSync(new URL(`${name}/message.eml`, folder))];
  const submission = { origin: ORIGINS[door], trusted: door === 'http' || trusted, mailFrom, recipients, content };
  const disposition = await pipeline.ingest(makeSubmission(submission));
  assert.equal(disposition.outcome, 'accepted');
  const records = outlet.parsed();
  return outlet.records.map(({ queue }, index) => ({ queue, record: records[index] ?? {} }));
}

/** What both doors have to make of the message alike. */
function shared({ queue, record }: QueuedRecord) {
  const checks = record['checks'] as readonly { readonly [name: string]: unknown }[];
  return {
    queue,
    properties: Object.fromEntries(Object.entries(record).filter(([name]) => !OF_ONE_DOOR.has(name))),
    checks: checks.filter((check) => !Object.keys(check).some((word) => NEEDS_CLIENT.has(word))),
  };
}

const names = readdirSync(folder).sort();

for (const name of names) {
  const { about, trusted } = readJson<Case>(name, 'case.json');
  test(`ingest() of ${name}: ${about}`, async (context) => {
    const expected = readJson<Expected>(name, 'expected.json');
    const smtp = await run(name, { door: 'smtp', context });
    const http = await run(name, { door: 'http', context });
    assert.deepEqual({ smtp, http }, expected);
    if (trusted) assert.deepEqual(smtp.map(shared), http.map(shared));
  });
}

test('the cases with a zone are found', () => assert.ok(names.length >= 6));
