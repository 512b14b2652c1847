// The one word that events have for each reply: every reply that says no has one, and those of different causes differ.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toRejectionReason, toSessionEnd } from '../../src/smtp/rejection-reason.ts';
import { closing, REPLIES, SESSION_REFUSALS, toBareReply, toReply } from '../../src/smtp/reply.ts';

test('Every fixed reply that says no has a reason', () => {
  for (const [name, reply] of Object.entries(REPLIES)) {
    if (reply.code >= 400) assert.notEqual(toRejectionReason(reply), 'other', name);
  }
  for (const [reason, reply] of Object.entries(SESSION_REFUSALS)) assert.equal(toRejectionReason(reply), reason);
});

const replies = [
  [REPLIES.timeout, 'timeout'],
  [REPLIES.dataTimeout, 'data-timeout'],
  [REPLIES.tooManyErrors, 'errors'],
  [REPLIES.tooManyMessages, 'max-messages'],
  [REPLIES.tooManyRecipients, 'max-recipients'],
  [REPLIES.otherClass, 'recipient-class'],
  [REPLIES.tooLarge, 'max-size'],
  [REPLIES.lineTooLong, 'line-length'],
  [REPLIES.badCharacters, 'malformed'],
  [REPLIES.noTls, 'tls-unavailable'],
  [REPLIES.mailTwice, 'wrong-order'],
  [REPLIES.internalError, 'internal'],
  [toReply(553, '5.1.7', 'Bad sender: why'), 'sender'],
  [toReply(553, '5.1.3', 'Bad recipient: why'), 'recipient'],
  [toReply(555, '5.5.4', 'Parameter X'), 'parameter'],
  [toReply(501, '5.5.4', 'Syntax: DATA'), 'parameter'],
  [toBareReply(501, 'Syntax: EHLO hostname'), 'parameter'],
  [toReply(504, '5.5.4', 'Mechanism'), 'parameter'],
  [toReply(501, '5.5.2', 'Not base64'), 'login-exchange'],
  [toReply(501, '5.7.0', 'Cancelled'), 'login-exchange'],
  [toReply(530, '5.7.0', 'STARTTLS first'), 'tls-required'],
  [toReply(535, '5.7.8', 'Invalid'), 'credentials'],
  [toReply(454, '4.7.0', 'Not now'), 'login-unavailable'],
  [closing(toReply(421, '4.3.2', 'Shutting down')), 'draining'],
  [toReply(599, '5.0.0', 'Nobody says this'), 'other'],
] as const;

for (const [reply, reason] of replies) {
  test(`The reason of "${reply.code} ${reply.enhancedStatus} ${reply.lines[0]}" is ${reason}`, () => {
    assert.equal(toRejectionReason(reply), reason);
    assert.equal(toSessionEnd(reply), reason);
  });
}

test('A session that ends with 221 ends because the client wanted it', () => {
  assert.equal(toSessionEnd(REPLIES.bye), 'quit');
});
