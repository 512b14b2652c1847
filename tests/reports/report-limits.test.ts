// The limits that the gateway parses reports with.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_REPORT_LIMITS } from '../../src/reports/report-limits.ts';

test('every limit is a positive whole number', () => {
  for (const [name, limit] of Object.entries(DEFAULT_REPORT_LIMITS)) {
    assert.ok(Number.isSafeInteger(limit) && limit > 0, name);
  }
});

test('what comes out of an attachment may be larger than the attachment, and the body larger than both in base64', () => {
  const { maxAttachmentBytes, maxInflatedBytes, maxBodyBytes } = DEFAULT_REPORT_LIMITS;
  assert.ok(maxInflatedBytes >= maxAttachmentBytes);
  assert.ok(maxBodyBytes >= maxAttachmentBytes * 1.4);
});
