// What belongs to the gateway in a record: every name it writes is in one of the two lists.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GATEWAY_NAMES, MESSAGE_NAMES } from '../../src/mail/gateway-names.ts';
import { outgoingProperties } from '../../src/mail/outgoing-properties.ts';
import { recordSchema } from '../../src/queue/record-schema.ts';

test('GATEWAY_NAMES and MESSAGE_NAMES have every property of a record that is not an outgoing one', () => {
  const written = Object.keys(recordSchema.pipe[0].entries).filter((name) => !Object.hasOwn(outgoingProperties, name));
  // A record has no property `spam`: it is reserved because MailerQ may write one.
  assert.deepEqual(new Set([...written, 'spam']), new Set([...GATEWAY_NAMES, ...MESSAGE_NAMES]));
});

test('GATEWAY_NAMES and MESSAGE_NAMES have no name in common', () => {
  assert.equal([...GATEWAY_NAMES].some((name) => MESSAGE_NAMES.has(name)), false);
});
