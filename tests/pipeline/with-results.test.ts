// Which copies carry an Authentication-Results header, and that the others do not differ by a byte.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PipelineSettings } from '../../src/pipeline/draft.ts';
import { splitHeader } from '../../src/pipeline/header-scan.ts';
import { toRecords } from '../../src/pipeline/to-records.ts';
import { decodeMime, readRecord } from '../support/read-record.ts';
import { makeDraft, SETTINGS } from '../support/submissions.ts';

const FORGED =
  'Authentication-Results: mx.example.com; spf=pass\r\nAuthentication-Results: mx2.example.com; spf=pass\r\n';
const REST = 'Authentication-Results: other.test; spf=pass\r\nSubject: x\r\n\r\n\xe9\r\n';
const OURS = 'Authentication-Results: mx.example.com;\r\n\tspf=pass smtp.mailfrom=a@b.test\r\n';
const local = 'a@local.test';
const other = 'b@other.test';

function copiesOf(settings: Partial<PipelineSettings>, { checked = true } = {}) {
  const content = [Buffer.from(FORGED + REST, 'latin1')];
  const draft = makeDraft({ recipients: [local, other, local], content });
  splitHeader(draft);
  if (checked) draft.checks = [{ spf: 'pass', 'smtp.mailfrom': 'a@b.test' }];
  const localAddresses = () => ({ isEmpty: false, includes: (address: string) => address === local });
  const ownNames = ['mx2.example.com'];
  const records = toRecords(draft, { ...SETTINGS, localAddresses, ownNames, ...settings });
  return records.map(({ body }) => ({ mime: decodeMime(readRecord(body)).toString('latin1'), pieces: body }));
}

const cases = [
  { resultsFor: [], expected: [false, false, false] },
  { resultsFor: ['local'], expected: [true, false, true] },
  { resultsFor: ['nonlocal'], expected: [false, true, false] },
  { resultsFor: ['local', 'nonlocal'], expected: [true, true, true] },
] as const;

for (const { resultsFor, expected } of cases) {
  test(`withResults() is for ${resultsFor.join(' and ') || 'nobody'} where that is configured`, () => {
    const copies = copiesOf({ resultsFor });
    assert.deepEqual(copies.map(({ mime }) => mime), expected.map((wants) => wants ? OURS + REST : FORGED + REST));
    // Encoding is expensive: copies that are equal share it.
    assert.equal(copies[0]?.pieces[2], copies[2]?.pieces[2]);
  });
}

test('withResults() has nothing to say of a message that was not checked', () => {
  assert.deepEqual(copiesOf({ resultsFor: ['local', 'nonlocal'] }, { checked: false })[0]?.mime, FORGED + REST);
});
