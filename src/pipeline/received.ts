// The trace step: puts our Received field (RFC 5321 section 4.4) on top of the message.

import type { Draft, PipelineSettings } from './draft.ts';
import type { Origin } from './submission.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
// What a HELO argument may show of itself in a header: a domain or an address literal, nothing that could end the line.
const PLAIN_HELO = /^(?=.{1,255}$)(?:[\w-]+(?:\.[\w-]+)*\.?|\[[\w:.-]+\])$/;

/** Prepends the field; it names no recipient, because all records of the message share it. */
export function addReceived(draft: Draft, settings: PipelineSettings): undefined {
  if (!settings.addReceived) return;
  draft.header = Buffer.concat([Buffer.from(toReceivedField(draft)), draft.header]);
}

function toReceivedField({ submission, ids, receivedAt }: Draft): string {
  const lines = [
    `Received: from ${toFromClause(submission.origin)}`,
    `\tby ${submission.hostname} with ${toWithClause(submission.origin)} id ${ids[0]};`,
    `\t${toDateTime(receivedAt)}`,
  ];
  return `${lines.join('\r\n')}\r\n`;
}

function toFromClause(origin: Origin): string {
  if (origin.door === 'cli') return 'localhost (command line)';
  if (origin.door === 'http') return `${toAddressLiteral(origin.remoteIp)} (HTTP client)`;
  const helo = PLAIN_HELO.test(origin.helo) ? origin.helo : 'unknown';
  return `${helo} (${toAddressLiteral(origin.connection.remoteIp)})`;
}

function toWithClause(origin: Origin): string {
  if (origin.door === 'cli') return 'LOCAL';
  if (origin.door === 'http') return origin.secure ? 'HTTPS' : 'HTTP';
  return origin.tls ? `${origin.protocol} (${origin.tls.version} ${origin.tls.cipher})` : origin.protocol;
}

/** RFC 5321 section 4.1.3. */
function toAddressLiteral(ip: string): string {
  return ip.includes(':') ? `[IPv6:${ip}]` : `[${ip}]`;
}

/** RFC 5322 section 3.3, always in UTC. */
export function toDateTime(time: Date): string {
  const day = `${DAYS[time.getUTCDay()]}, ${time.getUTCDate()} ${MONTHS[time.getUTCMonth()]} ${time.getUTCFullYear()}`;
  return `${day} ${time.toISOString().slice(11, 19)} +0000`;
}
