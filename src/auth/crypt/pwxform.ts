// pwxform, yescrypt's own mixing: multiplications and look-ups in three small tables that change as they are used.

import { salsa20 } from './salsa20.ts';

const BLOCK = 16;
const ROUNDS = 6;
const TABLE = 1024; // words of one table
const INDEX_MASK = 0xff0;

/** Words that the three tables take together. */
export const TABLE_WORDS = 3 * TABLE;

/** The state of one computation; `tables` is taken over and changed. */
export class Pwxform {
  readonly #tables: Uint32Array;
  readonly #block = new Uint32Array(BLOCK);
  #table0 = 2 * TABLE;
  #table1 = TABLE;
  #table2 = 0;
  #written = 0;

  constructor(tables: Uint32Array) {
    this.#tables = tables;
  }

  /** BlockMix with pwxform, in place. */
  mix(blocks: Uint32Array): void {
    const block = this.#block;
    block.set(blocks.subarray(blocks.length - BLOCK));
    for (let at = 0; at < blocks.length; at += BLOCK) {
      for (let index = 0; index < BLOCK; index++) block[index] = (block[index] ?? 0) ^ (blocks[at + index] ?? 0);
      this.#transform();
      blocks.set(block, at);
    }
    salsa20(blocks, { at: blocks.length - BLOCK, rounds: 2 });
  }

  #transform(): void {
    for (let round = 0; round < ROUNDS; round++) {
      const written = round !== 0 && round !== ROUNDS - 1;
      for (let lane = 0; lane < BLOCK; lane += 4) this.#mixLane(lane, written);
    }
    [this.#table0, this.#table1, this.#table2] = [this.#table2, this.#table0, this.#table1];
    this.#written &= TABLE - 1;
  }

  /** Two 64-bit words: each becomes its high half times its low half, plus a table word, xor another. */
  #mixLane(lane: number, written: boolean): void {
    const block = this.#block;
    const tables = this.#tables;
    let at0 = this.#table0 + (((block[lane] ?? 0) & INDEX_MASK) >>> 2);
    let at1 = this.#table1 + (((block[lane + 1] ?? 0) & INDEX_MASK) >>> 2);
    for (let at = lane; at < lane + 4; at += 2, at0 += 2, at1 += 2) {
      const low = block[at] ?? 0;
      const high = block[at + 1] ?? 0;
      const sum = (Math.imul(low, high) >>> 0) + (tables[at0] ?? 0);
      const carry = sum > 0xffffffff ? 1 : 0;
      const newLow = (sum ^ (tables[at1] ?? 0)) >>> 0;
      const newHigh = (multiplyHigh(low, high) + (tables[at0 + 1] ?? 0) + carry ^ (tables[at1 + 1] ?? 0)) >>> 0;
      block[at] = newLow;
      block[at + 1] = newHigh;
      if (!written) continue;
      tables[this.#table2 + this.#written] = newLow;
      tables[this.#table2 + this.#written + 1] = newHigh;
      this.#written += 2;
    }
  }
}

/** The upper half of a product. 64-bit integers would be a hundred times slower than these halves of halves. */
function multiplyHigh(one: number, other: number): number {
  const cross = Math.imul(one & 0xffff, other >>> 16) >>> 0;
  const counter = Math.imul(one >>> 16, other & 0xffff) >>> 0;
  const low = Math.imul(one & 0xffff, other & 0xffff) >>> 0;
  const carry = (low >>> 16) + (cross & 0xffff) + (counter & 0xffff);
  return Math.imul(one >>> 16, other >>> 16) + (cross >>> 16) + (counter >>> 16) + (carry >>> 16);
}
