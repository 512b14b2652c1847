// The whole way of a message under random content: it is published byte for byte, but for the lines that were taken out.

import assert from 'node:assert/strict';
import { headerFields, splitHeaderSection, withoutFields } from '../../src/mail/header-section.ts';
import { createPipeline } from '../../src/pipeline/ingest.ts';
import { decodeMime } from '../support/read-record.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { createRecordingOutlet } from '../support/recording-outlet.ts';
import { makeSubmission, RECEIVED_AT, SETTINGS } from '../support/submissions.ts';
import { findSchemaFaults } from '../support/validate-record.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { drawContent } from './tokens.ts';

const OURS = /^Received: (?:[^\r\n]+\r\n\t){2}[^\r\n]+\r\n$/;
const MAX_HOPS = 100;

/** The content as it has to come out, after what the gateway adds. */
function expectedOf(content: Buffer, isExtracting: boolean): Buffer {
  if (!isExtracting) return content;
  const { header, body } = splitHeaderSection([content]);
  const gone = [...headerFields(header)].filter(({ name }) => name.startsWith('x-mq-'));
  return Buffer.concat([withoutFields(header, gone), ...body]);
}

function countHops(content: Buffer): number {
  return [...headerFields(splitHeaderSection([content]).header)].filter(({ name }) => name === 'received').length;
}

export const wholeWay: FuzzTarget = {
  name: 'the whole way',
  async check(random) {
    const content = drawContent(random);
    const extract = random.pick([true, false]);
    const trusted = random.pick([true, false]);
    const settings = { ...SETTINGS, extract, lineEndings: 'allow', reports: 'reports', reportsFrom: 'all' } as const;
    const outlet = createRecordingOutlet();
    const pipeline = createPipeline({
      settings,
      outlet,
      log: createRecordingLog(),
      nextId: () => 'ID',
      now: () => RECEIVED_AT,
    });
    const disposition = await pipeline.ingest(makeSubmission({ content: random.cut(content), trusted }));
    if (countHops(content) > MAX_HOPS) return assert.equal(disposition.outcome, 'rejected');
    assert.equal(disposition.outcome, 'accepted', JSON.stringify(disposition));
    const [record] = outlet.parsed();
    assert.ok(record !== undefined);
    assert.deepEqual(findSchemaFaults(record), []);
    const published = decodeMime(record);
    const expected = expectedOf(content, extract && trusted);
    const end = published.length - expected.length;
    assert.ok(published.subarray(end).equals(expected));
    assert.match(published.toString('latin1', 0, end), OURS);
  },
};
