// The published shape of a report.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { REPORT_KINDS } from '../../src/mail/report-kind.ts';
import { reportSchema } from '../../src/mail/report-schema.ts';

test('a fault is a report of any kind', () => {
  for (const type of REPORT_KINDS) assert.ok(v.is(reportSchema, { type, fault: 'why' }), type);
});

test('a kind without its details or with those of another is none', () => {
  for (
    const report of [{}, { type: 'dsn' }, { type: 'spam', fault: 'x' }, {
      type: 'mdn',
      'reporting-mta': 'x',
      recipients: [],
    }]
  ) {
    assert.equal(v.is(reportSchema, report), false);
  }
});

test('times are ISO times and counts are whole', () => {
  const report = {
    type: 'arf',
    'feedback-type': 'abuse',
    'user-agent': '',
    version: '1',
    'original-rcpt-to': [],
    'reported-domain': [],
  };
  assert.ok(v.is(reportSchema, { ...report, incidents: 1, 'arrival-date': '2020-01-01T00:00:00.000Z' }));
  assert.equal(v.is(reportSchema, { ...report, incidents: 1.5 }), false);
  assert.equal(v.is(reportSchema, { ...report, 'arrival-date': 'today' }), false);
});
