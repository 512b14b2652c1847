import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toUnknownCommand } from '../../src/commands/unknown-command.ts';

test('an unknown command is answered with the one that was probably meant', () => {
  const line = toUnknownCommand('chekc-config', ['serve', 'check-config', 'queue']);
  assert.equal(
    line,
    "mailchute: unknown command 'chekc-config', the nearest known one is check-config; 'mailchute help' lists all\n",
  );
});
