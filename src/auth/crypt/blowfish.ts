// The Blowfish cipher with the key schedule that bcrypt makes expensive.

const ROUNDS = 16;
const SUBKEYS = ROUNDS + 2;
const BOX = 256;

/** Words of the tables that a cipher starts from: the fraction of pi. */
export const TABLE_WORDS = SUBKEYS + 4 * BOX;

const NO_SALT = new Uint32Array(4);

/** A Blowfish state in the making: subkeys and the four S-boxes. */
export class Blowfish {
  readonly #subkeys: Uint32Array;
  readonly #boxes: Uint32Array;
  #left = 0;
  #right = 0;

  constructor(tables: Uint32Array) {
    this.#subkeys = tables.slice(0, SUBKEYS);
    this.#boxes = tables.slice(SUBKEYS);
  }

  /** ExpandKey of bcrypt: the key goes into the subkeys, the salt (four words) into all that is encrypted. */
  expandKey(key: Uint32Array, salt: Uint32Array): void {
    for (let index = 0; index < SUBKEYS; index++) this.#subkeys[index] = this.#subkeyAt(index) ^ (key[index] ?? 0);
    this.#left = this.#right = 0;
    const position = this.#refill(this.#subkeys, { salt, position: 0 });
    this.#refill(this.#boxes, { salt, position });
  }

  /** ExpandKey without a salt, the step that is repeated. */
  rekey(key: Uint32Array): void {
    this.expandKey(key, NO_SALT);
  }

  /** Encrypts pairs of words in place. */
  encrypt(words: Uint32Array): void {
    for (let index = 0; index < words.length; index += 2) {
      this.#left = words[index] ?? 0;
      this.#right = words[index + 1] ?? 0;
      this.#encipher();
      words[index] = this.#left;
      words[index + 1] = this.#right;
    }
  }

  #refill(target: Uint32Array, { salt, position }: { readonly salt: Uint32Array; readonly position: number }): number {
    let at = position;
    for (let index = 0; index < target.length; index += 2, at = (at + 2) & 3) {
      this.#left ^= salt[at] ?? 0;
      this.#right ^= salt[at + 1] ?? 0;
      this.#encipher();
      target[index] = this.#left;
      target[index + 1] = this.#right;
    }
    return at;
  }

  #encipher(): void {
    const boxes = this.#boxes;
    let left = this.#left;
    let right = this.#right;
    for (let round = 0; round < ROUNDS; round++) {
      left ^= this.#subkeyAt(round);
      const sum = word(boxes, left >>> 24) + word(boxes, BOX + (left >>> 16 & 255)) | 0;
      const mixed = (sum ^ word(boxes, 2 * BOX + (left >>> 8 & 255))) + word(boxes, 3 * BOX + (left & 255)) | 0;
      const next = right ^ mixed;
      right = left;
      left = next;
    }
    this.#left = right ^ this.#subkeyAt(ROUNDS + 1);
    this.#right = left ^ this.#subkeyAt(ROUNDS);
  }

  #subkeyAt(index: number): number {
    return this.#subkeys[index] ?? 0;
  }
}

function word(words: Uint32Array, index: number): number {
  return words[index] ?? 0;
}
