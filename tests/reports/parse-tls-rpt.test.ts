// TLS reports.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTlsRpt } from '../../src/reports/parse-tls-rpt.ts';

const RANGE = { 'start-datetime': '2016-04-01T00:00:00Z', 'end-datetime': '2016-04-01T23:59:59Z' };
const FAILURE = {
  'result-type': 'certificate-expired',
  'sending-mta-ip': '2001:db8:abcd:12::1',
  'receiving-mx-hostname': 'mx1.mail.example',
  'failed-session-count': 100,
};
const POLICY = {
  policy: { 'policy-type': 'sts', 'policy-domain': 'company-y.example', 'mx-host': '*.mail.example' },
  summary: { 'total-successful-session-count': 5326, 'total-failure-session-count': '303' },
  'failure-details': [FAILURE],
};
const REPORT = {
  'organization-name': 'Company-X',
  'date-range': RANGE,
  'contact-info': 'sts@company-x.example',
  'report-id': '5065427c',
  policies: [POLICY],
};

function parse(report: unknown, maxRows = 3) {
  return parseTlsRpt(Buffer.from(JSON.stringify(report)), { maxRows });
}

test('policies, counts and failures are taken over', () => {
  assert.deepEqual(parse(REPORT), {
    type: 'tls-rpt',
    organization: 'Company-X',
    contact: 'sts@company-x.example',
    'report-id': '5065427c',
    range: { begin: '2016-04-01T00:00:00.000Z', end: '2016-04-01T23:59:59.000Z' },
    policies: [{
      type: 'sts',
      domain: 'company-y.example',
      'mx-host': ['*.mail.example'],
      successful: 5326,
      failed: 303,
      failures: [{
        'result-type': 'certificate-expired',
        count: 100,
        'sending-mta-ip': '2001:db8:abcd:12::1',
        'receiving-mx-hostname': 'mx1.mail.example',
      }],
    }],
  });
});

test('failures beyond the limit are left out, and it is said', () => {
  const report = parse({ ...REPORT, policies: [{ ...POLICY, 'failure-details': Array(9).fill(FAILURE) }] });
  assert.equal(report.policies[0]?.failures.length, 3);
  assert.equal(report.truncated, true);
});

test('values of the wrong type are as good as missing', () => {
  const report = parse({ ...REPORT, 'contact-info': 5, policies: [null, 'x', { policy: { 'mx-host': ['a', 1] } }] });
  assert.equal('contact' in report, false);
  assert.deepEqual(report.policies.map(({ 'mx-host': hosts, failed }) => [hosts, failed]), [[[], 0], [[], 0], [
    ['a'],
    0,
  ]]);
});

const FAULTS: readonly (readonly [string, string])[] = [
  ['no JSON', '{"policies":'],
  ['a list', '[]'],
  ['no policies', '{"policies":{}}'],
  ['no range', '{"policies":[]}'],
  ['brackets without end', '['.repeat(100_000)],
  ['values without end', `{"policies":[${'1,'.repeat(300_000)}1]}`],
  ['nothing', ''],
];

test('what is no report is a fault', () => {
  for (const [name, text] of FAULTS) {
    assert.throws(() => parseTlsRpt(Buffer.from(text), { maxRows: 3 }), { name: 'ReportFault' }, name);
  }
});
