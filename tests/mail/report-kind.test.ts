// The list of kinds is a published contract.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REPORT_KINDS } from '../../src/mail/report-kind.ts';

test('there are six kinds of reports', () => {
  assert.deepEqual(REPORT_KINDS, ['dsn', 'arf', 'mdn', 'dmarc', 'tls-rpt', 'unstandard']);
});
