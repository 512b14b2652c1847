// DER (ITU-T X.690), the bytes of certificates: the few elements that a self-signed one is made of.

import { Buffer } from 'node:buffer';

/** Tags of the elements (X.690 section 8; the last two are RFC 5280's own). */
export const DER_TAGS = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  /** dNSName in a GeneralName (RFC 5280 section 4.2.1.6). */
  dnsName: 0x82,
  /** version and extensions in a TBSCertificate (RFC 5280 section 4.1). */
  explicit0: 0xa0,
  explicit3: 0xa3,
} as const;

/** One element: tag, length, content. */
export function toDer(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const length = content.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Uint8Array.of(tag, ...toLength(length)), ...content]);
}

/** A sequence of elements. */
export function toDerSequence(...elements: readonly Uint8Array[]): Buffer {
  return toDer(DER_TAGS.sequence, ...elements);
}

/** An object identifier as in `2.5.4.3`. */
export function toDerOid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap(toBase128);
  return toDer(DER_TAGS.objectIdentifier, Uint8Array.from(bytes));
}

/** A time as RFC 5280 section 4.1.2.5 wants it: UTCTime up to 2049, GeneralizedTime after it. */
export function toDerTime(time: Date): Buffer {
  const digits = `${time.toISOString().replace(/[-:T]|\.\d+/g, '')}`;
  const isNear = time.getUTCFullYear() < 2050;
  return toDer(isNear ? DER_TAGS.utcTime : DER_TAGS.generalizedTime, Buffer.from(isNear ? digits.slice(2) : digits));
}

/** Definite form (section 8.1.3). */
function toLength(length: number): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

/** Seven bits a byte, the last one without the high bit (section 8.19.2). */
function toBase128(value: number): number[] {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift(rest % 128 | 0x80);
  return bytes;
}
