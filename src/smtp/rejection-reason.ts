// Why a command was refused or a session ended, in one word of a closed set: told from the reply, so the two always agree.

import { REPLIES, type Reply, SESSION_REFUSALS, type SessionRefusal } from './reply.ts';

/** What events carry as `reason`, to be counted by. */
export type RejectionReason =
  | SessionRefusal
  | 'authentication' // nobody has logged in
  | 'credentials' // the login was wrong
  | 'data-timeout' // smtp-data-timeout
  | 'errors' // too many refused commands
  | 'http-request'
  | 'internal' // a bug, or a fault that nobody expected
  | 'line-length'
  | 'login-exchange' // AUTH was broken off, or said what it cannot mean
  | 'login-unavailable' // no backend could tell
  | 'malformed' // no command can look like this
  | 'max-messages' // smtp-max-messages
  | 'max-recipients' // smtp-max-recipients
  | 'max-size' // smtp-maxsize, or what the broker takes
  | 'memory' // memory-limit
  | 'parameter' // syntax, or a parameter that is not known
  | 'proxy' // a connection of the proxy itself
  | 'recipient' // its address
  | 'recipient-class' // recipients that are accepted and refused in one transaction
  | 'sender' // its address
  | 'timeout' // smtp-timeout
  | 'tls-required'
  | 'tls-unavailable'
  | 'unknown-command'
  | 'wrong-order'
  | 'other';

/** Why a session is over. */
export type SessionEnd =
  | RejectionReason
  | 'quit'
  | 'client' // went without a word
  | 'tls-failed';

const REASONS: ReadonlyMap<Reply, RejectionReason> = new Map<Reply, RejectionReason>([
  ...Object.entries(SESSION_REFUSALS).map(([reason, reply]): [Reply, RejectionReason] => [
    reply,
    reason as SessionRefusal,
  ]),
  [REPLIES.unknownCommand, 'unknown-command'],
  [REPLIES.notImplemented, 'unknown-command'],
  [REPLIES.lineTooLong, 'line-length'],
  [REPLIES.badCharacters, 'malformed'],
  [REPLIES.authenticationRequired, 'authentication'],
  [REPLIES.otherClass, 'recipient-class'],
  [REPLIES.noTls, 'tls-unavailable'],
  [REPLIES.tooManyRecipients, 'max-recipients'],
  [REPLIES.tooLarge, 'max-size'],
  [REPLIES.noRoom, 'memory'],
  [REPLIES.httpRequest, 'http-request'],
  [REPLIES.proxyOnly, 'proxy'],
  [REPLIES.timeout, 'timeout'],
  [REPLIES.dataTimeout, 'data-timeout'],
  [REPLIES.tooManyErrors, 'errors'],
  [REPLIES.tooManyMessages, 'max-messages'],
]);

/** For replies whose text varies: code and enhanced status, or the code alone. */
const BY_CODE: { readonly [code: string]: RejectionReason } = {
  '421 4.3.2': 'draining',
  '451': 'internal',
  '454': 'login-unavailable',
  '501': 'parameter',
  '501 5.5.2': 'login-exchange',
  '501 5.7.0': 'login-exchange',
  '503': 'wrong-order',
  '504': 'parameter',
  '530': 'tls-required',
  '535': 'credentials',
  '553 5.1.7': 'sender',
  '553 5.1.3': 'recipient',
  '555': 'parameter',
};

/** The reason behind a reply of class 4 or 5. */
export function toRejectionReason(reply: Reply): RejectionReason {
  const { code, enhancedStatus } = reply;
  return REASONS.get(reply) ?? BY_CODE[`${code} ${enhancedStatus}`] ?? BY_CODE[code] ?? 'other';
}

/** The reason behind the last reply of a session. */
export function toSessionEnd(reply: Reply): SessionEnd {
  return reply === REPLIES.bye ? 'quit' : toRejectionReason(reply);
}
