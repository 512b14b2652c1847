// The check step: once for each message, on the bytes that are published, before there is a record for anybody.

import type { CheckedMessage, Checker } from '../checks/checker.ts';
import type { Draft } from './draft.ts';

/** Notes what the checks found; nothing that they find refuses the message. */
export async function checkMessage(draft: Draft, checker: Checker): Promise<void> {
  const { submission, header, body } = draft;
  draft.checks = await checker.run({
    header,
    body,
    client: toClient(draft),
    mta: submission.hostname,
    session: submission.sessionId,
  });
}

/** Only an SMTP client speaks for a domain: who posts over HTTP or runs a command is trusted for other reasons. */
function toClient({ submission: { origin, envelope } }: Draft): CheckedMessage['client'] {
  if (origin.door !== 'smtp') return undefined;
  return { mailFrom: envelope.mailFrom, helo: origin.helo, remoteIp: origin.connection.remoteIp };
}
