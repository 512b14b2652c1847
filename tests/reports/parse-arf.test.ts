// Feedback reports from their feedback parts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArf } from '../../src/reports/parse-arf.ts';

const RETURNED = { headers: 'Message-ID: <1@a.example>', 'message-id': '<1@a.example>' };

const FULL = `Feedback-Type: Abuse
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <somespammer@example.net>
Original-Rcpt-To: <user@example.com>
Original-Rcpt-To: user2@example.com
Arrival-Date: Thu, 8 Mar 2005 14:00:00 -0500
Reporting-MTA: dns; mail.example.com
Source-IP: 192.0.2.1
Reported-Domain: example.net
Reported-Domain: example.org
Incidents: 3
`;

test('every field of RFC 5965 that is asked for is taken over', () => {
  assert.deepEqual(parseArf({ feedback: Buffer.from(FULL), returned: RETURNED }), {
    type: 'arf',
    'feedback-type': 'abuse',
    'user-agent': 'SomeGenerator/1.0',
    version: '1',
    'source-ip': '192.0.2.1',
    'original-mail-from': 'somespammer@example.net',
    'original-rcpt-to': ['user@example.com', 'user2@example.com'],
    'arrival-date': '2005-03-08T19:00:00.000Z',
    'reported-domain': ['example.net', 'example.org'],
    'message-id': '<1@a.example>',
    incidents: 3,
  });
});

test('the older name of the arrival date, and empty lines between fields, are read', () => {
  const report = parseArf({
    feedback: Buffer.from(
      'Feedback-Type: fraud\n\nReceived-Date: Thu, 8 Mar 2005 14:00:00 -0500\n\nSource-IP: [2001:db8::1]',
    ),
    returned: undefined,
  });
  assert.equal(report['feedback-type'], 'fraud');
  assert.equal(report['arrival-date'], '2005-03-08T19:00:00.000Z');
  assert.equal(report['source-ip'], '2001:db8::1');
  assert.deepEqual(report['original-rcpt-to'], []);
});

test('numbers that are none are left out', () => {
  for (const value of ['-1', 'many', '']) {
    const report = parseArf({
      feedback: Buffer.from(`Feedback-Type: abuse\nIncidents: ${value}`),
      returned: undefined,
    });
    assert.equal('incidents' in report, false, value);
  }
});

test('a returned message alone is an abuse complaint, and nothing at all a fault', () => {
  assert.equal(parseArf({ feedback: undefined, returned: RETURNED })['feedback-type'], 'abuse');
  assert.throws(() => parseArf({ feedback: undefined, returned: undefined }), { name: 'ReportFault' });
});
