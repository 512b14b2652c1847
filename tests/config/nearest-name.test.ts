// The name that was probably meant.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestName } from '../../src/config/nearest-name.ts';

const names = ['smtp-port', 'smtp-range', 'http-port', 'rabbitmq-inbox', 'queue-path'];
const cases = [
  ['smtp-prot', 'smtp-port'],
  ['smtp_port', 'smtp-port'],
  ['SMTP-PORT', 'smtp-port'],
  ['smpt-range', 'smtp-range'],
  ['ttp-port', 'http-port'],
  ['rabbitmq-inboxes', 'rabbitmq-inbox'],
  ['path', 'queue-path'],
  ['smtp-port', 'smtp-port'],
  ['xmtp-port', 'smtp-port'],
  ['', 'smtp-port'],
] as const;

for (const [name, expected] of cases) {
  test(`nearestName() takes ${JSON.stringify(name)} for ${expected}`, () => {
    assert.equal(nearestName(name, names), expected);
  });
}

test('nearestName() counts a swap of neighbours as one mistake', () => {
  assert.equal(nearestName('ab', ['xy', 'ba', 'abcd']), 'ba');
});

test('nearestName() takes the first of equally near names', () => {
  assert.equal(nearestName('cat', ['car', 'cap']), 'car');
});
