// Delivery reports from their status parts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDsn } from '../../src/reports/parse-dsn.ts';

const NOTHING = { returned: undefined, noticed: () => [] };

function parse(text: string, maxRows = 10) {
  return parseDsn({ ...NOTHING, status: [Buffer.from(text)] }, { maxRows });
}

const FULL = `Reporting-MTA: dns; cs.utk.example
Received-From-MTA: dns; sender.example
Original-Envelope-Id: QQ314159
Arrival-Date: Fri, 8 Jul 1994 09:21:25 -0400

Original-Recipient: rfc822;arathib@vnet.example
Final-Recipient: RFC822; <arathib@relay.example>
Action: Failed
Status: 5.0.0 (permanent failure)
Remote-MTA: dns; mail.relay.example
Diagnostic-Code: smtp;
  550 'arathib' is not a registered gateway user
Last-Attempt-Date: Fri, 8 Jul 1994 09:21:47 -0400
Will-Retry-Until: Sat, 9 Jul 1994 09:21:47 -0400

Final-Recipient: rfc822;wsnell@relay.example
Action: delayed
Status: 4.0.0
`;

test('every field of RFC 3464 is taken over', () => {
  assert.deepEqual(parse(FULL), {
    type: 'dsn',
    'reporting-mta': 'cs.utk.example',
    'received-from-mta': 'sender.example',
    'arrival-date': '1994-07-08T13:21:25.000Z',
    'original-envelope-id': 'QQ314159',
    recipients: [{
      'original-recipient': 'arathib@vnet.example',
      'final-recipient': 'arathib@relay.example',
      action: 'failed',
      status: '5.0.0',
      'remote-mta': 'mail.relay.example',
      diagnostic: { type: 'smtp', text: "550 'arathib' is not a registered gateway user" },
      'last-attempt-date': '1994-07-08T13:21:47.000Z',
      'will-retry-until': '1994-07-09T13:21:47.000Z',
    }, { 'final-recipient': 'wsnell@relay.example', action: 'delayed', status: '4.0.0' }],
  });
});

test('recipients beyond the limit are left out, and it is said', () => {
  const report = parse(`Reporting-MTA: dns; a\n\n${'Final-Recipient: rfc822; a@b.example\n\n'.repeat(20)}`, 5);
  assert.equal(report.recipients.length, 5);
  assert.equal(report.truncated, true);
});

test('groups may stand in several parts', () => {
  const status = ['Reporting-MTA: dns; a\n\nFinal-Recipient: x@b.example', 'Final-Recipient: y@b.example'];
  const { recipients } = parseDsn({ ...NOTHING, status: status.map((bytes) => Buffer.from(bytes)) }, { maxRows: 9 });
  assert.deepEqual(recipients.map((each) => each['final-recipient']), ['x@b.example', 'y@b.example']);
});

const ACTIONS: readonly (readonly [string, string])[] = [
  ['Status: 5.1.1', 'failed'],
  ['Status: 4.2.2', 'delayed'],
  ['Status: 2.0.0', 'delivered'],
  ['X: y', 'failed'],
  ['Action: relayed (to a host)', 'relayed'],
];

test('a missing action follows from the status', () => {
  for (const [line, action] of ACTIONS) {
    assert.equal(parse(`Final-Recipient: rfc822; a@b.example\n${line}`).recipients[0]?.action, action, line);
  }
});

test('without a recipient in the part, the words of the notice stand in', () => {
  const noticed = () => [{ 'final-recipient': 'a@b.example', status: '5.1.1' }];
  const report = parseDsn({ status: [Buffer.from('Reporting-MTA: dns; x')], returned: undefined, noticed }, {
    maxRows: 9,
  });
  assert.deepEqual(report.recipients, [{ 'final-recipient': 'a@b.example', action: 'failed', status: '5.1.1' }]);
});

test('what names neither a recipient nor a host is a fault', () => {
  assert.throws(() => parse('words only'), { name: 'ReportFault' });
});
