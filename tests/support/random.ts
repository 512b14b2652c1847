// Random values that come out the same in every run of a seed (mulberry32).

/** Draws from one seed. */
export interface Random {
  /** A whole number from 0 to `below - 1`. */
  below(below: number): number;
  /** One of the values. */
  pick<T>(values: readonly [T, ...T[]]): T;
  /** Bytes made of the tokens, in random order; at most `limit` tokens. */
  bytes(tokens: readonly [Uint8Array, ...Uint8Array[]], limit: number): Buffer;
  /** The bytes in pieces of random length, empty ones included. */
  cut(bytes: Buffer): Buffer[];
}

/** Creates a source of random values. */
export function createRandom(seed: number): Random {
  let state = seed;
  function below(limit: number): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }
  function pick<T>(values: readonly [T, ...T[]]): T {
    return values[below(values.length)] ?? values[0];
  }
  function cut(bytes: Buffer): Buffer[] {
    const pieces: Buffer[] = [];
    for (let start = 0; start < bytes.length;) {
      const end = start + below(pick([2, 5, 50, 1000]));
      pieces.push(bytes.subarray(start, end));
      start = end;
    }
    return pieces;
  }
  return {
    below,
    pick,
    cut,
    bytes: (tokens, limit) => Buffer.concat(Array.from({ length: below(limit + 1) }, () => pick(tokens))),
  };
}
