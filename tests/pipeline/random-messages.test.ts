// Random bytes through the whole way of a message: whatever comes, nothing throws and no byte changes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AddressOptions, parseAddress } from '../../src/mail/address.ts';
import { headerFields, splitHeaderSection, unfoldedValue } from '../../src/mail/header-section.ts';
import { createPipeline } from '../../src/pipeline/ingest.ts';
import { decodeMime, readRecord } from '../support/read-record.ts';
import { createRandom, type Random } from '../support/random.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { createRecordingOutlet } from '../support/recording-outlet.ts';
import { makeSubmission, RECEIVED_AT, SETTINGS } from '../support/submissions.ts';

const SEEDS = [1, 2, 3] as const;
const ROUNDS = 500;

function toTokens(texts: readonly string[]): [Uint8Array, ...Uint8Array[]] {
  const [first = '', ...others] = texts;
  return [Buffer.from(first, 'latin1'), ...others.map((text) => Buffer.from(text, 'latin1'))];
}

const anyByte = toTokens(Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)));
const headerParts = toTokens(
  [
    '\r\n',
    '\r',
    '\n',
    '\r\n\r\n',
    ':',
    ' ',
    '\t',
    'A',
    'Received: x\r\n',
    '\0',
    '"',
    '\\',
    '\xe9',
    '\xc3\xa9',
    '\xe2\x80\xa8',
    '\xef\xbb\xbf',
  ],
);
const routes = toTokens(['', '', '', '@b:', '@b,@c.d:', '@', '@b;']);
const locals = toTokens(['a', 'b', 'c', '1', '.', '+', '-', '\xc3\xa9', '"', '\\', ' ', '@', ':', '\r', '\0']);
const domains = toTokens([
  'a',
  'b',
  '1',
  '.',
  '-',
  'example',
  'xn--',
  '\xc3\xa9',
  '_',
  '/',
  '%',
  '[',
  ']',
  'IPv6:',
  '::',
  '1.2.3.4',
]);
const at = toTokens(['@']);

function randomAddress({ bytes, pick }: Random): string {
  const local = bytes(locals, pick([2, 5])).toString();
  const quoted = pick([local, local, `"${local}"`]);
  return `${bytes(routes, 1)}${quoted}${bytes(at, 1)}${bytes(domains, pick([2, 5]))}`;
}

for (const seed of SEEDS) {
  test(`splitHeaderSection() and headerFields() keep every byte of random content (seed ${seed})`, () => {
    const random = createRandom(seed);
    for (let round = 0; round < ROUNDS; round++) {
      const content = random.bytes(random.pick([anyByte, headerParts]), 200);
      const { header, body } = splitHeaderSection(random.cut(content));
      assert.ok(Buffer.concat([header, ...body]).equals(content));
      let position: number | undefined;
      for (const field of headerFields(header)) {
        assert.equal(field.start, position ?? field.start);
        assert.ok(field.start < field.valueStart && field.valueStart <= field.end && field.end <= header.length);
        assert.match(field.name, /^[!-9;-~]+$/);
        assert.equal(/^[ \t\r\n]|[ \t\r\n]$/.test(unfoldedValue(header, field)), false);
        position = field.end;
      }
    }
  });

  test(`parseAddress() is consistent on random text (seed ${seed})`, () => {
    const random = createRandom(seed);
    let taken = 0;
    for (let round = 0; round < 10 * ROUNDS; round++) {
      const text = randomAddress(random);
      for (const allow of ['sender', 'recipient'] as const) taken += checkAddress(text, allow) ? 1 : 0;
    }
    assert.ok(taken > 200, `only ${taken} of ${20 * ROUNDS} were addresses at all`);
  });

  test(`ingest() publishes random content byte for byte (seed ${seed})`, async () => {
    const random = createRandom(seed);
    for (let round = 0; round < ROUNDS; round++) {
      const content = random.bytes(random.pick([anyByte, headerParts]), random.pick([10, 200, 2000]));
      const published = await publish(random.cut(content));
      const end = published.length - content.length;
      assert.ok(published.subarray(end).equals(content));
      assert.match(published.toString('latin1', 0, end), /^Received: (?:[^\r\n]+\r\n\t){2}[^\r\n]+\r\n$/);
    }
  });
}

/** Whether strict takes the text with SMTPUTF8. */
function checkAddress(text: string, allow: AddressOptions['allow']): boolean {
  const strict = parseAddress(text, { policy: 'strict', smtputf8: false, allow });
  const utf8 = parseAddress(text, { policy: 'strict', smtputf8: true, allow });
  const loose = parseAddress(text, { policy: 'loose', smtputf8: false, allow });
  // Each grammar takes what the narrower one takes, and makes the same of it.
  if (strict.ok) assert.deepEqual(utf8, strict);
  if (utf8.ok) assert.deepEqual(loose, utf8);
  if (!loose.ok) return false;
  assert.equal(/\p{Cc}/u.test(loose.address), false);
  assert.ok(text.endsWith(loose.address));
  if (utf8.ok) assert.deepEqual(parseAddress(utf8.address, { policy: 'strict', smtputf8: true, allow }), utf8);
  return utf8.ok;
}

async function publish(content: readonly Uint8Array[]): Promise<Buffer> {
  const outlet = createRecordingOutlet();
  const settings = { ...SETTINGS, lineEndings: 'allow' } as const;
  const dependencies = { settings, outlet, log: createRecordingLog(), nextId: () => 'ID', now: () => RECEIVED_AT };
  const disposition = await createPipeline(dependencies).ingest(makeSubmission({ content }));
  assert.ok(disposition.outcome === 'accepted', JSON.stringify(disposition));
  return decodeMime(readRecord(outlet.records[0]?.body ?? []));
}
