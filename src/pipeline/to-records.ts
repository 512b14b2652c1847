// The record step: turns a finished draft into one encoded record per recipient.

import { toUnicodeAddress } from '../mail/address.ts';
import type { Recipient } from '../mail/envelope.ts';
import { GATEWAY_NAMES, MESSAGE_NAMES } from '../mail/gateway-names.ts';
import type { EncodedRecord } from '../queue/outlet.ts';
import {
  encodeMime,
  encodeRecord,
  encodeSharedBody,
  type JsonObject,
  type JsonValue,
  type SharedBody,
} from '../queue/record.ts';
import type { Draft, PipelineSettings } from './draft.ts';
import { routeRecipient } from './route.ts';
import type { Origin } from './submission.ts';
import { wantsResults, withResults } from './with-results.ts';

/** What a message that is not accepted has instead of its own route. */
export interface Detour {
  readonly queue: string;
  /** Further properties of every record. */
  readonly properties: JsonObject;
}

/** Encodes the content once, twice where some copies carry results, and addresses it to every recipient. */
export function toRecords(draft: Draft, settings: PipelineSettings, detour?: Detour): EncodedRecord[] {
  const { submission, recipients, ids, receivedAt } = draft;
  // What the caller says in so many words wins over the headers of the message.
  const { dsn, ...given } = toGivenProperties({ ...draft.properties, ...submission.properties });
  const properties = { ...given, ...toSharedProperties(draft), ...detour?.properties };
  const encode = (header: Buffer, body: readonly Uint8Array[]): SharedBody => {
    const content = [header, ...body].filter((piece) => piece.length > 0);
    return encodeSharedBody(properties, encodeMime(content, settings.eightBit));
  };
  const isMarked = recipients.map((recipient) => wantsResults(recipient, { checks: draft.checks, settings }));
  const { body } = draft;
  // The last encoding lets go of the content as it goes along: nothing else may hold it.
  draft.body = [];
  const marked = isMarked.includes(true)
    ? encode(withResults(draft, settings), isMarked.includes(false) ? body : body.splice(0))
    : undefined;
  const plain = isMarked.includes(false) ? encode(draft.header, body.splice(0)) : undefined;
  const timestamp = Math.floor(receivedAt.getTime() / 1000);
  const priority = typeof given['priority'] === 'number' ? given['priority'] : undefined;
  const message = { isReport: draft.report !== undefined, isUrgent: draft.isUrgent };
  return recipients.map((recipient, index) => {
    const id = ids[index];
    if (id === undefined) throw new Error('A recipient has no message id');
    const queue = detour?.queue ?? routeRecipient(recipient, settings, message);
    const report = queue === settings.reports ? draft.report as JsonValue | undefined : undefined;
    // The reply names the recipient as the client did, which may not have asked for SMTPUTF8.
    const recipientProperty = { recipient: toUnicodeAddress(recipient.address) };
    const ownProperties = {
      ...recipientProperty,
      ...toOwnProperties(recipient, dsn),
      ...(report === undefined ? {} : { report }),
    };
    const shared = isMarked[index] === true ? marked : plain;
    if (shared === undefined) throw new Error('A record has no body');
    return encodeRecord(
      { id, recipient: recipient.address, queue, priority, timestamp, properties: ownProperties },
      shared,
    );
  });
}

/** The caller's properties without those that are not the caller's to set. */
function toGivenProperties(properties: { readonly [name: string]: unknown }): JsonObject {
  const isGiven = (name: string) => !GATEWAY_NAMES.has(name) && !MESSAGE_NAMES.has(name);
  return Object.fromEntries(Object.entries(properties as JsonObject).filter(([name]) => isGiven(name)));
}

/** What MailerQ writes into every record of the message. */
function toSharedProperties({ submission, receivedAt, mailFrom, checks }: Draft): JsonObject {
  const { hostname, origin } = submission;
  return {
    received: receivedAt.toISOString().slice(0, 19).replace('T', ' '),
    hostname,
    ...(mailFrom === '' ? {} : { envelope: toUnicodeAddress(mailFrom) }),
    ...toOriginProperties(origin),
    ...(checks === undefined ? {} : { checks: [...checks] }),
  };
}

function toOwnProperties(recipient: Recipient, dsn: JsonValue | undefined): JsonObject {
  if (dsn === undefined && recipient.dsn === undefined) return {};
  // What the sender says in the message is more than what a relay said in the dialogue.
  return { dsn: { ...recipient.dsn, ...(dsn as JsonObject | undefined) } as JsonValue };
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
