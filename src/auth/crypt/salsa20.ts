// The Salsa20 core on one block of sixteen words, as scrypt and yescrypt use it.

/** Which words one quarter of a round reads and writes; columns first, then rows. */
const QUARTERS = [
  [0, 4, 8, 12],
  [5, 9, 13, 1],
  [10, 14, 2, 6],
  [15, 3, 7, 11],
  [0, 1, 2, 3],
  [5, 6, 7, 4],
  [10, 11, 8, 9],
  [15, 12, 13, 14],
] as const;

const state = new Uint32Array(16);

/** Applies the core with 2 or 8 rounds to `words[at .. at + 16]`, which are in yescrypt's shuffled order. */
export function salsa20(words: Uint32Array, { at, rounds }: { readonly at: number; readonly rounds: 2 | 8 }): void {
  for (let index = 0; index < 16; index++) state[toPlace(index)] = words[at + index] ?? 0;
  for (let round = 0; round < rounds; round += 2) {
    for (const [a, b, c, d] of QUARTERS) {
      addRotated(b, [a, d, 7]);
      addRotated(c, [b, a, 9]);
      addRotated(d, [c, b, 13]);
      addRotated(a, [d, c, 18]);
    }
  }
  for (let index = 0; index < 16; index++) words[at + index] = (words[at + index] ?? 0) + (state[toPlace(index)] ?? 0);
}

/** Where a word of the shuffled order stands in Salsa20's own. */
export function toPlace(index: number): number {
  return index * 5 % 16;
}

function addRotated(target: number, [one, other, bits]: readonly [number, number, number]): void {
  const sum = (state[one] ?? 0) + (state[other] ?? 0) | 0;
  state[target] = (state[target] ?? 0) ^ (sum << bits | sum >>> 32 - bits);
}
