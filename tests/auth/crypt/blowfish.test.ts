// Blowfish against published test vectors of the plain cipher.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Blowfish, TABLE_WORDS } from '../../../src/auth/crypt/blowfish.ts';
import { piWords } from '../../../src/auth/crypt/pi-words.ts';

function makeTables(): Uint32Array {
  const steps = piWords(TABLE_WORDS);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

const tables = makeTables();

// Eric Young's vectors: key, clear text, cipher text.
const vectors = [
  [[0x00000000, 0x00000000], [0x00000000, 0x00000000], [0x4ef99745, 0x6198dd78]],
  [[0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], [0x51866fd5, 0xb85ecb8a]],
  [[0x01234567, 0x89abcdef], [0x11111111, 0x11111111], [0x61f9c380, 0x2281b096]],
  [[0xfedcba98, 0x76543210], [0x01234567, 0x89abcdef], [0x0aceab0f, 0xc6a0a28d]],
] as const;

for (const [key, clear, cipher] of vectors) {
  test(`Blowfish under the key ${key.map((word) => word.toString(16)).join(' ')}`, () => {
    const blowfish = new Blowfish(tables);
    blowfish.rekey(Uint32Array.from({ length: 18 }, (_, index) => key[index % 2] ?? 0));
    const words = Uint32Array.from([...clear, ...clear]);
    blowfish.encrypt(words);
    assert.deepEqual([...words], [...cipher, ...cipher]);
  });
}

test('Blowfish with a salt differs from Blowfish without', () => {
  const key = new Uint32Array(18);
  const [plain, salted] = [new Blowfish(tables), new Blowfish(tables)];
  plain.rekey(key);
  salted.expandKey(key, Uint32Array.of(0, 0, 0, 1));
  const [one, other] = [new Uint32Array(2), new Uint32Array(2)];
  plain.encrypt(one);
  salted.encrypt(other);
  assert.notDeepEqual(one, other);
});
