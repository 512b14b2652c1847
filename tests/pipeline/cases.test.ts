// The messages in cases/, each by SMTP and by HTTP: what is published, to the byte, and that both doors publish the same.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { PipelineSettings } from '../../src/pipeline/draft.ts';
import { createPipeline } from '../../src/pipeline/ingest.ts';
import type { EncodedRecord } from '../../src/queue/outlet.ts';
import { decodeMime, decodeRawMime, readRecord } from '../support/read-record.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { createRecordingOutlet } from '../support/recording-outlet.ts';
import { makeSubmission, ORIGINS, RECEIVED_AT, SETTINGS } from '../support/submissions.ts';
import { assertRecord, type PublishedRecord } from '../support/validate-record.ts';

/** The file expected.json. */
interface Expected {
  readonly about: string;
  readonly settings?: Partial<PipelineSettings>;
  /** `accepted`, or the enhanced status of the refusal. */
  readonly smtp: string;
  readonly http: string;
  /** What is published after our Received field, when it is. */
  readonly content?: 'as sent' | 'with CRLF';
  readonly encoding?: 'text' | 'base64' | 'raw';
}

interface Outcome {
  readonly outcome: string;
  readonly records: readonly EncodedRecord[];
}

const ORIGIN_PROPERTIES = new Set(['connection', 'helo', 'http', 'mime', 'size', 'sha256']);
const RECEIVED = /^Received: [^\r\n]+\r\n\t[^\r\n]+\r\n\t[^\r\n]+ \+0000\r\n/;

async function run(content: Buffer, door: 'smtp' | 'http', { settings }: Expected): Promise<Outcome> {
  const outlet = createRecordingOutlet();
  let made = 0;
  const pipeline = createPipeline({
    settings: { ...SETTINGS, ...settings },
    outlet,
    log: createRecordingLog(),
    nextId: () => `ID${made++}`,
    now: () => RECEIVED_AT,
  });
  const pieces = [content.subarray(0, 61), content.subarray(61, 62), content.subarray(62)];
  const recipients = ['info@example.org', 'b\u00fcro@example.org'];
  const disposition = await pipeline.ingest(makeSubmission({ origin: ORIGINS[door], content: pieces, recipients }));
  const outcome = disposition.outcome === 'accepted' ? disposition.outcome : disposition.status;
  return { outcome, records: outlet.records };
}

/** The record, and the message's bytes in it. */
function read(body: readonly Uint8Array[], { encoding }: Expected): { record: PublishedRecord; mime: Buffer } {
  if (encoding === 'raw') {
    return { record: assertRecord(JSON.parse(Buffer.concat(body).toString('latin1'))), mime: decodeRawMime(body) };
  }
  const record = readRecord(body);
  assert.equal(record['mime-encoding'] ?? 'text', encoding);
  return { record, mime: decodeMime(record) };
}

function checkRecord(body: readonly Uint8Array[], sent: Buffer, expected: Expected): PublishedRecord {
  const { record, mime } = read(body, expected);
  assert.equal(record['size'], mime.length);
  assert.equal(record['sha256'], createHash('sha256').update(mime).digest('hex'));
  const text = mime.toString('latin1');
  const received = expected.settings?.addReceived === false ? '' : RECEIVED.exec(text)?.[0] ?? 'no Received field';
  const content = sent.toString('latin1');
  const published = expected.content === 'with CRLF' ? content.replace(/\r\n|\r|\n/g, '\r\n') : content;
  assert.equal(text, received + published);
  return record;
}

function withoutOrigin(record: PublishedRecord): PublishedRecord {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !ORIGIN_PROPERTIES.has(name)));
}

const folder = new URL('./cases/', import.meta.url);
const names = readdirSync(folder).sort();

for (const name of names) {
  const sent = readFileSync(new URL(`${name}/message.eml`, folder));
  const expected: Expected = JSON.parse(readFileSync(new URL(`${name}/expected.json`, folder), 'utf8'));

  test(`ingest() of ${name}: ${expected.about}`, async () => {
    const outcomes = { smtp: await run(sent, 'smtp', expected), http: await run(sent, 'http', expected) };
    for (const door of ['smtp', 'http'] as const) {
      const { outcome, records } = outcomes[door];
      assert.equal(outcome, expected[door], door);
      assert.equal(records.length, expected[door] === 'accepted' ? 2 : 0);
      for (const { body } of records) checkRecord(body, sent, expected);
    }
    if (expected.smtp !== 'accepted' || expected.http !== 'accepted') return;
    const [smtp, http] = [outcomes.smtp, outcomes.http].map(({ records }) =>
      records.map(({ body, ...envelope }) => ({
        ...envelope,
        // Our Received field names the door.
        size: 0,
        content: undefined,
        record: withoutOrigin(read(body, expected).record),
      }))
    );
    assert.deepEqual(smtp, http);
  });
}

test('the cases are found, and line ends of their messages have survived', () => {
  assert.ok(names.length >= 28);
  const plain = readFileSync(new URL('./01-plain/message.eml', folder), 'latin1');
  assert.equal(/[^\r]\n/.test(plain), false);
});
