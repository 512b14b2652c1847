// From a published message to the lines of the received log: one for each record that is known to be stored.

import { toUnicodeAddress } from '../mail/address.ts';
import type { Disposition } from '../mail/disposition.ts';
import type { EncodedRecord, PublishResult } from '../queue/outlet.ts';
import type { ReceivedLog, ReceivedRecord } from '../telemetry/received-log.ts';
import type { Draft } from './draft.ts';
import type { Origin } from './submission.ts';

/** What became of a message. */
export interface PublishedMessage {
  readonly records: readonly EncodedRecord[];
  /** In the records' order. */
  readonly results: readonly PublishResult[];
  /** What the client is told. */
  readonly told: Pick<ReceivedRecord, 'outcome' | 'code' | 'text'>;
  /** Undefined where received-log-file is not set. */
  readonly receivedLog: ReceivedLog | undefined;
}

/** The disposition as the received log says it. */
export function toTold(disposition: Disposition): PublishedMessage['told'] {
  const { outcome } = disposition;
  return outcome === 'accepted' ? { outcome } : { outcome, text: `${disposition.status} ${disposition.text}` };
}

/** Writes down the records that are stored, also where others are not and the client is told to come again. */
export function logReceived(
  { submission, receivedAt, mailFrom }: Draft,
  { records, results, told: { outcome, ...reply }, receivedLog }: PublishedMessage,
): void {
  if (receivedLog === undefined) return;
  const { sessionId: session, origin } = submission;
  const time = receivedAt.toISOString();
  const shared = {
    ...toOriginFields(origin),
    ...(mailFrom === '' ? {} : { envelope: toUnicodeAddress(mailFrom) }),
  };
  const stored = records.filter((_, index) => results[index]?.stored === true);
  receivedLog.write(stored.map(({ id, recipient, queue, content }) => ({
    time,
    'message-id': id,
    outcome,
    door: origin.door,
    session,
    ...shared,
    recipient: toUnicodeAddress(recipient),
    queue,
    ...content,
    ...reply,
  })));
}

function toOriginFields(origin: Origin): Partial<ReceivedRecord> {
  if (origin.door === 'cli') return { user: origin.user };
  if (origin.door === 'http') {
    const { remoteIp, authentication } = origin;
    return { 'remote-ip': remoteIp, ...(authentication === '' ? {} : { authentication }) };
  }
  const { remoteIp, localIp, user } = origin.connection;
  return { 'remote-ip': remoteIp, 'local-ip': localIp, ...(user === undefined ? {} : { user }) };
}
