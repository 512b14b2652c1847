// Passwords of broker addresses never show, not even in addresses that are wrong.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskPasswords } from '../../src/config/mask-passwords.ts';

const cases = [
  ['amqp://guest:secret@localhost/', 'amqp://guest:***@localhost/'],
  ['amqp://u:secret@a,amqps://v:secret@b:5671/x', 'amqp://u:***@a,amqps://v:***@b:5671/x'],
  ['amqp://u:secret@a; amqp://b', 'amqp://u:***@a; amqp://b'],
  ['amqp://u:secret@a;b;c/v', 'amqp://u:***@a;b;c/v'],
  ['amqp://u:se@cr/et@host', 'amqp://u:***@host'],
  ['amqp://u:secret,x@host', 'amqp://u:***@host'],
  ['u:secret@host', 'u:***@host'],
  ['amqp:/u:secret@host', 'amqp:***@host'],
  ['amqp://u:secret', 'amqp://u:***'],
  ['amqp://u:secret/v', 'amqp://u:***'],
  ['amqp://host', 'amqp://host'],
  ['amqp://host:5672/v', 'amqp://host:5672/v'],
  ['amqp://host:5672', 'amqp://host:5672'],
  ['amqp://user@host:5672', 'amqp://user@host:5672'],
  ['amqp://[::1]:5672/v', 'amqp://[::1]:5672/v'],
  ['hardcoded://user:1234', 'hardcoded://***'],
  ['hardcoded://u:1,v:hunter2@x', 'hardcoded://***'],
  ['radius://id:secret@host:1812', 'radius://id:***@host:1812'],
  ['', ''],
] as const;

for (const [text, masked] of cases) {
  test(`maskPasswords() shows ${JSON.stringify(text)} as ${JSON.stringify(masked)}`, () => {
    assert.equal(maskPasswords(text), masked);
    assert.equal(maskPasswords(masked), masked);
  });
}
