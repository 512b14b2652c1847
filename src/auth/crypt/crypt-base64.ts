// The base 64 of crypt(3): six bits a character, low bits first, in an alphabet that starts with ./0-9.

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Encodes the bytes; 16 bytes become 22 characters, 32 become 43. */
export function toCryptBase64(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += 3) {
    const group = bytes.subarray(start, start + 3);
    let value = group.reduce((sum, byte, index) => sum | byte << 8 * index, 0);
    for (let bits = 0; bits < group.length * 8; bits += 6, value >>>= 6) text += ALPHABET[value & 63];
  }
  return text;
}

/** Decodes a text; undefined when it is none: a foreign character, a lone one at the end, or bits left over. */
export function fromCryptBase64(text: string): Uint8Array | undefined {
  const bytes: number[] = [];
  for (let start = 0; start < text.length; start += 4) {
    const group = text.slice(start, start + 4);
    let value = toCryptNumber(group);
    if (value === undefined || group.length === 1) return undefined;
    for (let bits = group.length * 6; bits >= 8; bits -= 8, value >>>= 8) bytes.push(value & 255);
    if (value !== 0) return undefined;
  }
  return Uint8Array.from(bytes);
}

/** The number that up to five characters stand for; undefined when one of them is not of the alphabet. */
export function toCryptNumber(text: string): number | undefined {
  let value = 0;
  for (let index = 0; index < text.length; index++) {
    const digit = ALPHABET.indexOf(text.charAt(index));
    if (digit < 0) return undefined;
    value |= digit << 6 * index;
  }
  return value;
}
