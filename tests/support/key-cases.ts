// Checks the rows of one part of the table: each key's default, and what a text in a file makes of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Config, type KeyName, KEYS } from '../../src/config/keys.ts';
import { loadText } from './load-text.ts';

/** For each key its default, and a text with its value. */
export type KeyCases<Name extends KeyName> = {
  readonly [Key in Name]: {
    readonly initial: Config[Key];
    readonly text: string;
    readonly value: Config[Key];
    /** Another line, without which the key is a fault. */
    readonly beside?: string;
  };
};

/** Two tests for each key, and one that no key of the part is left out. */
export function testKeys<Name extends KeyName>(
  part: Readonly<Record<Name, unknown>>,
  cases: KeyCases<Name>,
  { files = {} }: { readonly files?: Readonly<{ [path: string]: string }> } = {},
): void {
  const names = Object.keys(part) as Name[];
  test(`every key has a case: ${names.join(', ')}`, () => assert.deepEqual(Object.keys(cases), names));
  for (const name of names) {
    const { initial, text, value, beside = '' } = cases[name];
    test(`${name} has its default`, () => {
      assert.deepEqual(loadText({}).config[name], initial);
      assert.deepEqual(KEYS[name].initial, initial);
    });
    test(`${name}: ${text} is read from a file`, () => {
      const { config, faults } = loadText({ file: `${name}: ${text}\n${beside}`, files });
      assert.deepEqual(faults, []);
      assert.deepEqual(config[name], value);
    });
  }
}
