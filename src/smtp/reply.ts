// SMTP replies: their shape, their bytes, and the one place where a disposition becomes a reply.

import type { Disposition, EnhancedStatus, RefusalReason } from '../mail/disposition.ts';

/** One reply (RFC 5321 section 4.2, RFC 2034). */
export interface Reply {
  readonly code: number;
  /** Undefined only where RFC 2034 forbids it: greeting, HELO, EHLO and 3xx replies. */
  readonly enhancedStatus: EnhancedStatus | undefined;
  readonly lines: readonly string[];
  /** The connection ends after this reply. */
  readonly close: boolean;
  /** What is to be read after this reply; commands when absent. */
  readonly then?: 'content' | 'starttls';
}

/** Builds a reply with an enhanced status code. */
export function toReply(code: number, enhancedStatus: EnhancedStatus, ...lines: readonly string[]): Reply {
  return { code, enhancedStatus, lines, close: false };
}

/** Builds one of the replies that carry no enhanced status code. */
export function toBareReply(code: number, ...lines: readonly string[]): Reply {
  return { code, enhancedStatus: undefined, lines, close: false };
}

/** The same reply, after which the connection is closed. */
export function closing(reply: Reply): Reply {
  return { ...reply, close: true };
}

// What cannot stand in a reply line: it would split the reply or drive the reader's terminal.
const CONTROL = /[\x00-\x1f\x7f]/g;

/** Renders the lines with CRLF; each line repeats code and enhanced status (RFC 2034 section 4). */
export function toReplyText({ code, enhancedStatus, lines }: Reply): string {
  const status = enhancedStatus === undefined ? '' : `${enhancedStatus} `;
  const last = lines.length - 1;
  let text = '';
  for (let index = 0; index <= last; index++) {
    text += `${code}${index < last ? '-' : ' '}${status}${lines[index]!.replace(CONTROL, ' ')}\r\n`;
  }
  return text;
}

const REFUSAL_CODES: { readonly [reason in RefusalReason]: number } = {
  address: 553,
  'header-recipients': 550,
  'too-many-recipients': 452,
  'line-ending': 554,
  loop: 554,
  'too-large': 552,
  memory: 452,
  'storage-full': 452,
  'not-durable': 451,
  unauthenticated: 550,
  draining: 421,
};

/** The reply after the content: ids for what is durable, or why not. */
export function toDispositionReply(disposition: Disposition): Reply {
  if (disposition.outcome === 'accepted') {
    const ids = disposition.records.map(({ id, recipient }) => `${id} for ${recipient}`);
    return toReply(250, '2.0.0', 'Ok, queued as', ...ids);
  }
  const reply = toReply(REFUSAL_CODES[disposition.reason], disposition.status, disposition.text);
  return reply.code === 421 ? closing(reply) : reply; // RFC 5321 section 4.2.2
}

/** Replies that never vary. */
export const REPLIES = {
  bye: closing(toReply(221, '2.0.0', 'Bye')),
  ok: toReply(250, '2.0.0', 'Ok'),
  senderOk: toReply(250, '2.1.0', 'Sender ok'),
  recipientOk: toReply(250, '2.1.5', 'Recipient ok'),
  help: toReply(214, '2.0.0', 'Commands: HELO EHLO MAIL RCPT DATA RSET NOOP VRFY HELP QUIT; see RFC 5321'),
  cannotVerify: toReply(252, '2.5.0', 'Cannot verify the address, but will accept mail for it'),
  startContent: { ...toBareReply(354, 'End data with <CR><LF>.<CR><LF>'), then: 'content' },
  unknownCommand: toReply(500, '5.5.1', 'Command not recognized'),
  notImplemented: toReply(502, '5.5.1', 'Command not implemented'),
  lineTooLong: toReply(500, '5.5.2', 'Line too long'),
  badCharacters: toReply(500, '5.5.2', 'Command is not valid UTF-8 or has control characters'),
  authenticationRequired: toReply(530, '5.7.0', 'Authentication required'),
  otherClass: toReply(452, '4.5.3', 'Send separately: this recipient needs a transaction of its own'),
  noTls: toReply(454, '4.7.0', 'TLS not available'),
  startTls: { ...toReply(220, '2.0.0', 'Ready to start TLS'), then: 'starttls' },
  tlsTwice: toReply(503, '5.5.1', 'TLS is active already'),
  tlsInTransaction: toReply(503, '5.5.1', 'Not inside a transaction; send RSET first'),
  helloFirst: toReply(503, '5.5.1', 'Send HELO or EHLO first'),
  mailFirst: toReply(503, '5.5.1', 'Send MAIL first'),
  mailTwice: toReply(503, '5.5.1', 'Sender already given; send RSET to start again'),
  recipientFirst: toReply(503, '5.5.1', 'Send RCPT first'),
  tooManyRecipients: toReply(452, '4.5.3', 'Too many recipients; send the rest in another transaction'),
  tooLarge: toReply(552, '5.3.4', 'Message too big for this system'),
  noRoom: toReply(452, '4.3.1', 'Too much mail in flight, try again later'),
  httpRequest: closing(toReply(554, '5.5.1', 'This is an SMTP server, not an HTTP server')),
  proxyOnly: toReply(550, '5.7.1', 'A connection of the proxy itself brings no mail'),
  timeout: closing(toReply(421, '4.4.2', 'Nothing received in time, closing connection')),
  dataTimeout: closing(toReply(421, '4.4.2', 'Message not complete in time, closing connection')),
  tooManyErrors: closing(toReply(421, '4.7.0', 'Too many errors, closing connection')),
  tooManyMessages: closing(toReply(421, '4.7.0', 'Too many messages on this connection, please reconnect')),
  noPlaceFree: closing(toReply(421, '4.3.2', 'Too many sessions, try again later')),
  shuttingDown: closing(toReply(421, '4.3.2', 'Shutting down, try again later')),
  internalError: toReply(451, '4.3.0', 'Internal error, try again later'),
} as const satisfies { readonly [name: string]: Reply };

/** What is said instead of the greeting, by the reason; the reasons are for the log. */
export const SESSION_REFUSALS = {
  blocklist: closing(toReply(554, '5.7.1', 'Your address is blocked')),
  range: closing(toReply(554, '5.7.1', 'Your address is not allowed to connect')),
  'connections-per-ip': closing(toReply(421, '4.7.0', 'Too many connections from your address, try again later')),
  connections: REPLIES.noPlaceFree,
  draining: REPLIES.shuttingDown,
  'early-talker': closing(toReply(554, '5.5.1', 'You spoke before the greeting')),
} as const satisfies { readonly [reason: string]: Reply };

/** Why a session ends before it began. */
export type SessionRefusal = keyof typeof SESSION_REFUSALS;
