// The fault that stops a parse.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReportFault } from '../../src/reports/report-fault.ts';

test('a fault keeps its name, its message and its cause', () => {
  const cause = new Error('inner');
  const fault = new ReportFault('outer', { cause });
  assert.equal(String(fault), 'ReportFault: outer');
  assert.equal(fault.cause, cause);
  assert.ok(fault instanceof Error);
});
