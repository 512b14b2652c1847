// A transaction on its way to the pipeline: what the session adds to it.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { type SubmissionSource, toSubmission } from '../../src/smtp/to-submission.ts';

const transaction = {
  mailFrom: 'a@example.com',
  recipients: [{ address: 'b@example.com' }],
  parameters: { smtputf8: false, dsn: {} },
  isRefused: false,
};
const content = [Buffer.from('Subject: x\r\n')];
const tls = { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' };
const dialogue = { helo: 'client.example.com', isExtended: true, isTrusted: true, user: undefined };
const source: SubmissionSource = {
  sessionId: 's1',
  hostname: 'mx.example.com',
  ends: { localAddress: '192.0.2.1', localPort: 25, remoteAddress: '192.0.2.2', remotePort: 4000 },
  dialogue,
  tls: undefined,
  content,
  lease: undefined,
};

test('A transaction in the clear', () => {
  assert.deepEqual(toSubmission(transaction, source), {
    origin: {
      door: 'smtp',
      connection: {
        localIp: '192.0.2.1',
        localPort: 25,
        remoteIp: '192.0.2.2',
        remotePort: 4000,
        secure: false,
      },
      helo: 'client.example.com',
      protocol: 'ESMTP',
    },
    trusted: true,
    isRefused: false,
    envelope: { mailFrom: 'a@example.com', rcptTo: [{ address: 'b@example.com' }] },
    content,
    lease: undefined,
    hostname: 'mx.example.com',
    sessionId: 's1',
  });
});

test('A transaction inside TLS by somebody who logged in', () => {
  const { origin } = toSubmission(transaction, { ...source, tls, dialogue: { ...dialogue, user: 'mailer' } });
  assert.ok(origin.door === 'smtp');
  assert.equal(origin.connection.secure, true);
  assert.equal(origin.connection.user, 'mailer');
  assert.deepEqual(origin.tls, tls);
});

const protocols: readonly { isExtended: boolean; smtputf8?: boolean; secure?: boolean; user?: string; name: string }[] =
  [
    { isExtended: false, name: 'SMTP' },
    { isExtended: false, secure: true, name: 'SMTP' },
    { isExtended: true, name: 'ESMTP' },
    { isExtended: true, secure: true, name: 'ESMTPS' },
    { isExtended: true, user: 'u', name: 'ESMTPA' },
    { isExtended: true, secure: true, user: 'u', name: 'ESMTPSA' },
    { isExtended: true, smtputf8: true, name: 'UTF8SMTP' },
    { isExtended: true, smtputf8: true, secure: true, name: 'UTF8SMTPS' },
    { isExtended: true, smtputf8: true, secure: true, user: 'u', name: 'UTF8SMTPSA' },
  ];

for (const { isExtended, smtputf8 = false, secure = false, user, name } of protocols) {
  test(`The protocol ${name} of ${JSON.stringify({ isExtended, smtputf8, secure, user })}`, () => {
    const { origin } = toSubmission(
      { ...transaction, parameters: { ...transaction.parameters, smtputf8 } },
      { ...source, tls: secure ? tls : undefined, dialogue: { ...dialogue, isExtended, user } },
    );
    assert.equal(origin.door === 'smtp' && origin.protocol, name);
  });
}

test('Refused and untrusted go along', () => {
  const refused = toSubmission({ ...transaction, isRefused: true }, {
    ...source,
    dialogue: { ...dialogue, isTrusted: false },
  });
  assert.deepEqual([refused.isRefused, refused.trusted], [true, false]);
});
