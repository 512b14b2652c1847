// Refusals: the class of the status decides whether the peer may try again.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toRefusal } from '../../src/mail/disposition.ts';

test('toRefusal() defers with a status of class 4 and rejects with class 5', () => {
  assert.deepEqual(toRefusal('not-durable', '4.3.0', { text: 'Later' }), {
    outcome: 'deferred',
    reason: 'not-durable',
    status: '4.3.0',
    text: 'Later',
  });
  assert.deepEqual(toRefusal('loop', '5.4.6', { text: 'Loop', detail: 'for the log' }), {
    outcome: 'rejected',
    reason: 'loop',
    status: '5.4.6',
    text: 'Loop',
    detail: 'for the log',
  });
});
