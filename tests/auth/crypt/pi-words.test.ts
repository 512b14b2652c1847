// The fraction of pi.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { piWords } from '../../../src/auth/crypt/pi-words.ts';
import type { Steps } from '../../../src/auth/crypt/run-in-slices.ts';

function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

test('piWords() starts with 243F6A88 and is right up to the last word of the last S-box', () => {
  const words = finish(piWords(1042));
  assert.deepEqual([...words.subarray(0, 3)], [0x243f6a88, 0x85a308d3, 0x13198a2e]);
  assert.equal(words[1041], 0x3ac372e6);
});

test('piWords() gives the same words however many are asked for', () => {
  assert.deepEqual(finish(piWords(40)), finish(piWords(1042)).subarray(0, 40));
});
