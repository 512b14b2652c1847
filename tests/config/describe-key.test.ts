// What is said about a name.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeKey, describeKnown } from '../../src/config/describe-key.ts';
import { KEY_NAMES, KNOWN_NAMES } from '../../src/config/keys.ts';

test('describeKey() tells a key with a default', () => {
  assert.deepEqual(describeKey('smtp-port'), [
    { label: 'Accepts', value: 'ports as in 25,2525,1024-1026' },
    { label: 'Default', value: '25' },
    { label: 'MailerQ', value: 'smtp-port' },
    { label: 'Command line', value: '--smtp-port=VALUE' },
    { label: 'Environment', value: 'MAILCHUTE_SMTP_PORT' },
  ]);
});

test('describeKey() tells aliases, switches, unset keys and keys of our own', () => {
  const details = (name: Parameters<typeof describeKey>[0]) =>
    Object.fromEntries(describeKey(name).map(({ label, value }) => [label, value]));
  assert.equal(details('smtp-range')['Other names'], 'smtp-ranges');
  assert.equal(details('smtp-range')['Default'], 'not set (loopback only, or everybody once smtp-auth is set)');
  assert.equal(details('rabbitmq-lazy')['Command line'], '--rabbitmq-lazy=VALUE or --rabbitmq-lazy');
  assert.equal(details('queue-path')['MailerQ'], 'has no such key');
  assert.match(details('rabbitmq-inbox')['Other names'] ?? '', /^rabbitmq-outbox \(when rabbitmq-inbox is not given\)/);
});

test('describeKey() leaves nothing blank', () => {
  const blank = KEY_NAMES.filter((name) => describeKey(name).some(({ value }) => /^$|undefined/.test(value)));
  assert.deepEqual(blank, []);
});

test('describeKnown() has a sentence for every other name', () => {
  for (const [name, known] of KNOWN_NAMES) {
    if (known.kind !== 'key') assert.match(describeKnown(name, known), /^[A-Z].*\.$/);
  }
});
