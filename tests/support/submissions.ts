// Makes submissions as the doors hand them to the pipeline, and the settings they meet there.

import type { Draft, PipelineSettings } from '../../src/pipeline/draft.ts';
import type { Origin, Submission } from '../../src/pipeline/submission.ts';

/** What a configuration file with nothing in it says about messages. */
export const SETTINGS: PipelineSettings = {
  addressPolicy: 'strict',
  lineEndings: 'reject',
  eightBit: 'base64',
  addReceived: true,
  inbox: 'inbox',
};

/** 2 January 2026, 03:04:05.678 UTC, a Friday. */
export const RECEIVED_AT = new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678));

/** One origin per door. */
export const ORIGINS = {
  smtp: {
    door: 'smtp',
    connection: { localIp: '192.0.2.1', localPort: 25, remoteIp: '198.51.100.7', remotePort: 40001, secure: false },
    helo: 'client.example.com',
    protocol: 'ESMTP',
  },
  http: { door: 'http', authentication: 'shop', remoteIp: '198.51.100.7', remotePort: 40001, secure: false },
  cli: { door: 'cli', command: 'inject', arguments: ['a@example.com'], user: 'me' },
} as const satisfies { readonly [door: string]: Origin };

/** Parts of a submission that a test cares about; content may be text, which is taken as UTF-8. */
export interface SubmissionParts extends Partial<Omit<Submission, 'content' | 'envelope'>> {
  readonly content?: string | readonly Uint8Array[];
  readonly mailFrom?: string;
  readonly recipients?: readonly string[];
}

/** A submission by SMTP for one recipient unless told otherwise. */
export function makeSubmission(parts: SubmissionParts = {}): Submission {
  const { content = 'Subject: x\r\n\r\nbody\r\n', mailFrom = 'sender@example.com', recipients, ...rest } = parts;
  const rcptTo = (recipients ?? ['info@example.org']).map((address) => ({ address }));
  return {
    origin: ORIGINS.smtp,
    trusted: true,
    envelope: { mailFrom, rcptTo },
    content: typeof content === 'string' ? [Buffer.from(content)] : [...content],
    hostname: 'mx.example.com',
    sessionId: 's1',
    ...rest,
  };
}

/** A draft as it is before the first step. */
export function makeDraft(parts: SubmissionParts = {}): Draft {
  const submission = makeSubmission(parts);
  const recipients = submission.envelope.rcptTo;
  const ids = recipients.map((_, index) => `ID${index}`);
  return {
    submission,
    receivedAt: RECEIVED_AT,
    recipients,
    ids,
    header: Buffer.alloc(0),
    body: submission.content,
    isUrgent: submission.isUrgent === true,
    mailFrom: submission.envelope.mailFrom,
    properties: {},
    dropped: [],
  };
}
