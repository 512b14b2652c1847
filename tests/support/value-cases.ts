// Runs tables of texts against a value type: what it reads, and what it says about the rest.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ValueType } from '../../src/config/value-type.ts';

/** Texts with their values, and texts with the problem they have. */
export interface ValueCases<T> {
  readonly reads: readonly (readonly [text: string, value: T])[];
  readonly refuses: readonly (readonly [text: string, problem: string])[];
}

/** One test for each text. */
export function testValueType<T>(name: string, type: ValueType<T>, { reads, refuses }: ValueCases<T>): void {
  for (const [text, value] of reads) {
    test(`${name} reads ${JSON.stringify(text)}`, () => assert.deepEqual(type.parse(text), { ok: true, value }));
  }
  for (const [text, problem] of refuses) {
    test(`${name} refuses ${JSON.stringify(text)}`, () => assert.deepEqual(type.parse(text), { ok: false, problem }));
  }
}
