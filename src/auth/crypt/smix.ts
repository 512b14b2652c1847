// The memory-hard part of yescrypt: a large table is filled, then read and rewritten at places that the data chooses.

import { createHmac } from 'node:crypto';
import { Pwxform, TABLE_WORDS } from './pwxform.ts';
import type { Steps } from './run-in-slices.ts';
import { salsa20, toPlace } from './salsa20.ts';

const BLOCK = 16;

/** What goes in: the block, 32 times the block size in words, and how many of it the table holds, a power of two. */
export interface SmixInput {
  readonly block: Uint32Array;
  readonly tableSize: number;
  /** The 32 bytes that become the password of the next step. */
  readonly password: Uint8Array;
}

/** Changes the block in place and gives the new password. */
export function* smix({ block, tableSize, password }: SmixInput): Steps<Uint8Array> {
  const mixer = new Pwxform(yield* fillTables(block));
  const key = toBytes(block.subarray(block.length - BLOCK));
  const newPassword = createHmac('sha256', key).update(password).digest();
  const mixed = shuffle(block, (index) => [index, toPlace(index)]);
  const table = new Uint32Array(tableSize * block.length);
  yield* fill(mixed, { table, mixer });
  yield* stir(mixed, { table, mixer });
  block.set(shuffle(mixed, (index) => [toPlace(index), index]));
  return newPassword;
}

interface Memory {
  readonly table: Uint32Array;
  readonly mixer: Pwxform;
}

/** SMix1: every place is written once, mixed with one written before. */
function* fill(block: Uint32Array, { table, mixer }: Memory): Steps<void> {
  for (let count = 0; count * block.length < table.length; count++) {
    table.set(block, count * block.length);
    if (count > 1) {
      const half = 1 << 31 - Math.clz32(count);
      const place = (pickWord(block) & half - 1) + count - half;
      addPlace(block, { table, place });
    }
    mixer.mix(block);
    yield;
  }
}

/** SMix2: a third as many turns (time parameter 0), rounded up to an even number, each rewriting the place it read. */
function* stir(block: Uint32Array, { table, mixer }: Memory): Steps<void> {
  const places = table.length / block.length;
  const turns = Math.floor((places + 2) / 3);
  for (let turn = 0; turn < turns + turns % 2; turn++) {
    const place = pickWord(block) & places - 1;
    addPlace(block, { table, place });
    table.set(block, place * block.length);
    mixer.mix(block);
    yield;
  }
}

/** The word that decides which place is next ("Integerify"). */
function pickWord(block: Uint32Array): number {
  return block[block.length - BLOCK] ?? 0;
}

function addPlace(block: Uint32Array, { table, place }: { readonly table: Uint32Array; readonly place: number }): void {
  const start = place * block.length;
  for (let index = 0; index < block.length; index++) block[index] = (block[index] ?? 0) ^ (table[start + index] ?? 0);
}

/** The tables of pwxform: scrypt's own SMix1 with Salsa20/8 over the first two blocks, which change with it. */
function* fillTables(block: Uint32Array): Steps<Uint32Array> {
  const tables = new Uint32Array(TABLE_WORDS);
  const pair = shuffle(block.subarray(0, 2 * BLOCK), (index) => [index, toPlace(index)]);
  for (let at = 0; at < TABLE_WORDS; at += 2 * BLOCK) {
    tables.set(pair, at);
    for (let index = 0; index < BLOCK; index++) pair[index] = (pair[index] ?? 0) ^ (pair[BLOCK + index] ?? 0);
    salsa20(pair, { at: 0, rounds: 8 });
    for (let index = 0; index < BLOCK; index++) pair[BLOCK + index] = (pair[BLOCK + index] ?? 0) ^ (pair[index] ?? 0);
    salsa20(pair, { at: BLOCK, rounds: 8 });
    yield;
  }
  block.set(shuffle(pair, (index) => [toPlace(index), index]));
  return tables;
}

/** The words in another order within each block of sixteen; `move` says where to and where from. */
function shuffle(words: Uint32Array, move: (index: number) => readonly [number, number]): Uint32Array {
  const shuffled = new Uint32Array(words.length);
  for (let at = 0; at < words.length; at += BLOCK) {
    for (let index = 0; index < BLOCK; index++) {
      const [to, from] = move(index);
      shuffled[at + to] = words[at + from] ?? 0;
    }
  }
  return shuffled;
}

/** Words as bytes, lowest first. */
export function toBytes(words: Uint32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * words.length));
  words.forEach((word, index) => view.setUint32(4 * index, word, true));
  return new Uint8Array(view.buffer);
}

/** Bytes as words, lowest first; their number is a multiple of four. */
export function toWords(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(4 * index, true));
}
