// The record step: turns a finished draft into one encoded record per recipient.

import type { Recipient } from '../mail/envelope.ts';
import type { EncodedRecord } from '../queue/outlet.ts';
import { encodeMime, encodeRecord, encodeSharedBody, type JsonObject, type JsonValue } from '../queue/record.ts';
import type { Draft, PipelineSettings } from './draft.ts';
import { routeRecipient } from './route.ts';
import type { Origin } from './submission.ts';

/** Encodes the content once and addresses it to every recipient. */
export function toRecords(draft: Draft, settings: PipelineSettings): EncodedRecord[] {
  const { submission, ids, receivedAt } = draft;
  const content = [draft.header, ...draft.body].filter((piece) => piece.length > 0);
  const { dsn, ...given } = (submission.properties ?? {}) as JsonObject;
  const shared = encodeSharedBody({ ...given, ...toSharedProperties(draft) }, encodeMime(content, settings.eightBit));
  const timestamp = Math.floor(receivedAt.getTime() / 1000);
  const priority = typeof given['priority'] === 'number' ? given['priority'] : undefined;
  return submission.envelope.rcptTo.map((recipient, index) =>
    encodeRecord({
      id: ids[index]!,
      recipient: recipient.address,
      queue: routeRecipient(recipient, settings),
      priority,
      timestamp,
      properties: toOwnProperties(recipient, dsn),
    }, shared)
  );
}

/** What MailerQ writes into every record of the message; these win over anything the caller gave. */
function toSharedProperties({ submission, receivedAt }: Draft): JsonObject {
  const { envelope, hostname, origin } = submission;
  return {
    received: receivedAt.toISOString().slice(0, 19).replace('T', ' '),
    hostname,
    ...(envelope.mailFrom === '' ? {} : { envelope: envelope.mailFrom }),
    ...toOriginProperties(origin),
  };
}

function toOwnProperties(recipient: Recipient, dsn: JsonValue | undefined): JsonObject {
  if (dsn === undefined && recipient.dsn === undefined) return {};
  return { dsn: { ...(dsn as JsonObject | undefined), ...recipient.dsn } as JsonValue };
}

function toOriginProperties(origin: Origin): JsonObject {
  if (origin.door === 'cli') {
    return { cli: { command: origin.command, arguments: origin.arguments, user: origin.user } };
  }
  if (origin.door === 'http') {
    const { authentication, remoteIp, remotePort } = origin;
    return { http: { authentication, 'remote-ip': remoteIp, 'remote-port': remotePort } };
  }
  const { localIp, localPort, remoteIp, remotePort, secure, user } = origin.connection;
  const connection = {
    'local-ip': localIp,
    'local-port': localPort,
    'remote-ip': remoteIp,
    'remote-port': remotePort,
    secure,
    ...(user === undefined ? {} : { user }),
  };
  return { connection, helo: origin.helo, ...(origin.tls ? { tls: { ...origin.tls } } : {}) };
}
