// MailerQ's keys for other things than ingest: a value is a warning and nothing else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ELSEWHERE_KEYS } from '../../src/config/keys-elsewhere.ts';
import { loadText } from '../support/load-text.ts';

test('a value of any of them is one warning that says "no effect"', () => {
  for (const [name, reason] of ELSEWHERE_KEYS) {
    const { faults, warnings, config } = loadText({ file: `${name}: x` });
    assert.deepEqual(faults, []);
    assert.deepEqual(warnings, [`config.txt:1: ${name}: has no effect here: ${reason}`]);
    assert.deepEqual(config, loadText({}).config);
  }
});

test('empty values of all of them are not worth a warning', () => {
  const { faults, warnings } = loadText({ file: [...ELSEWHERE_KEYS.keys()].map((name) => `${name}:\n`).join('') });
  assert.deepEqual([faults, warnings], [[], []]);
});

test('their values, which may be passwords, are not shown', () => {
  for (const name of ELSEWHERE_KEYS.keys()) {
    assert.doesNotMatch(loadText({ file: `${name}: hunter2` }).warnings.join(), /hunter2/);
  }
});
