// Keys without their feature: a value is a fault, an empty one has no effect, an override takes it back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UNSUPPORTED_KEYS } from '../../src/config/keys-unsupported.ts';
import { loadText } from '../support/load-text.ts';

const names = [...UNSUPPORTED_KEYS].flatMap(([name, { aliases }]) => [name, ...aliases]);

test('a value of any of them is one fault that says "not supported"', () => {
  for (const name of names) {
    const { faults, warnings } = loadText({ file: `${name}: x` });
    assert.equal(faults.length, 1, name);
    assert.match(faults[0] ?? '', new RegExp(`^config\\.txt:1: ${name}: not supported: \\S`));
    assert.deepEqual(warnings, []);
  }
});

test('empty values of all of them have no effect', () => {
  const { faults, warnings, config } = loadText({ file: names.map((name) => `${name}:\n`).join('') });
  assert.deepEqual([faults, warnings], [[], []]);
  assert.deepEqual(config, loadText({}).config);
});

test('an empty value on the command line takes back the value in a file, by any of its names', () => {
  const file = 'storage: mongo://host/db\nrabbitmq-password: x\n';
  assert.deepEqual(loadText({ file, argv: ['--storage-address=', '--rabbitmq-password='] }).faults, []);
});

test('several lines of one key are one fault', () => {
  const { faults, warnings } = loadText({ file: 'storage: mongo://a\nstorage: mongo://b\n' });
  assert.deepEqual(faults, [
    'config.txt:2: storage: not supported: there is no message store, records carry the message themselves; leave the value empty',
  ]);
  assert.deepEqual(warnings, []);
});

test('a bare flag counts as a value', () => {
  assert.deepEqual(loadText({ argv: ['--spool-delay'] }).faults, [
    'command line --spool-delay: not supported: no directory is watched; leave the value empty',
  ]);
});

test('their values, which may be passwords, are not shown', () => {
  for (const name of names) {
    const { faults } = loadText({ file: `${name}: hunter2` });
    assert.doesNotMatch(faults.join(), /hunter2/);
  }
});
