// The fraction of pi in 32-bit words, which Blowfish takes for its tables because nobody could have chosen it.

import type { Steps } from './run-in-slices.ts';

/** The first `count` words of the fraction of pi; 1042 take some fifty milliseconds. */
export function* piWords(count: number): Steps<Uint32Array> {
  const GUARD_BITS = 64; // more than what the thousands of truncated terms can add up to
  const bits = BigInt(32 * count + GUARD_BITS);
  // Machin's formula.
  const pi = 16n * (yield* arctanOfInverse(5n, bits)) - 4n * (yield* arctanOfInverse(239n, bits));
  const fraction = (pi & ((1n << bits) - 1n)) >> BigInt(GUARD_BITS);
  const hex = fraction.toString(16).padStart(8 * count, '0');
  return Uint32Array.from({ length: count }, (_, index) => parseInt(hex.slice(8 * index, 8 * index + 8), 16));
}

/** arctan(1 / divisor), scaled by 2 to the power of `bits`. */
function* arctanOfInverse(divisor: bigint, bits: bigint): Steps<bigint> {
  const square = divisor * divisor;
  let power = (1n << bits) / divisor;
  let sum = 0n;
  for (let odd = 1n; power !== 0n; odd += 2n, power /= square) {
    sum += odd % 4n === 1n ? power / odd : -(power / odd);
    yield;
  }
  return sum;
}
