// The two LDAP messages of a simple bind (RFC 4511 sections 4.2 and 4.3) as bytes.

import { Buffer } from 'node:buffer';

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const OCTET_STRING = 0x04;
const ENUMERATED = 0x0a;
const BIND_REQUEST = 0x60;
const BIND_RESPONSE = 0x61;
const SIMPLE = 0x80;
const MESSAGE_ID = 1;
const VERSION = 3;
const LARGEST_MESSAGE = 64 * 1024;

/** UnbindRequest, with which a client takes its leave. */
export const UNBIND_REQUEST: Uint8Array = Uint8Array.of(SEQUENCE, 5, INTEGER, 1, 2, 0x42, 0);

/** The server's word on a bind. */
export interface BindResult {
  /** resultCode: 0 success, 49 invalidCredentials … (RFC 4511 appendix A). */
  readonly code: number;
  /** diagnosticMessage. */
  readonly message: string;
}

/** The request to bind as `dn`. */
export function encodeBindRequest({ dn, password }: { readonly dn: string; readonly password: string }): Uint8Array {
  return encode(SEQUENCE, [
    encode(INTEGER, [Uint8Array.of(MESSAGE_ID)]),
    encode(BIND_REQUEST, [
      encode(INTEGER, [Uint8Array.of(VERSION)]),
      encode(OCTET_STRING, [Buffer.from(dn)]),
      encode(SIMPLE, [Buffer.from(password)]),
    ]),
  ]);
}

/** Reads the answer; undefined while it is incomplete, an Error when it is no answer to the request. */
export function parseBindResponse(bytes: Uint8Array): BindResult | undefined {
  const message = readElement(bytes);
  if (message === undefined) return undefined;
  expectTag(message, SEQUENCE);
  const [id, response] = readElements(message.content);
  if (id === undefined || response === undefined || id.content.length !== 1 || id.content[0] !== MESSAGE_ID) {
    throw new Error('the LDAP server sent something else than an answer');
  }
  expectTag(response, BIND_RESPONSE);
  const [code, , text] = readElements(response.content);
  if (code === undefined || code.content.length !== 1) throw new Error('the LDAP answer has no result code');
  expectTag(code, ENUMERATED);
  return { code: code.content[0] ?? -1, message: Buffer.from(text?.content ?? []).toString() };
}

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Bytes of the whole element. */
  readonly size: number;
}

function encode(tag: number, parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : [0x82, length >>> 8, length & 0xff];
  return Buffer.concat([Uint8Array.of(tag, ...size), content]);
}

function readElements(bytes: Uint8Array): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const element = readElement(bytes.subarray(at));
    if (element === undefined) throw new Error('the LDAP answer is cut short');
    elements.push(element);
    at += element.size;
  }
  return elements;
}

/** The element at the start of the bytes; undefined when they do not hold all of it. */
function readElement(bytes: Uint8Array): Element | undefined {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) return undefined;
  // RFC 4511 section 5.1: lengths are definite; more than four bytes of length would be more than we ever take.
  const lengthBytes = first < 0x80 ? 0 : first - 0x80;
  if (first === 0x80 || lengthBytes > 4) throw new Error('the LDAP answer is malformed');
  const start = 2 + lengthBytes;
  if (bytes.length < start) return undefined;
  const length = lengthBytes === 0 ? first : bytes.subarray(2, start).reduce((sum, byte) => sum * 256 + byte, 0);
  if (length > LARGEST_MESSAGE) throw new Error('the LDAP answer is too large');
  return bytes.length < start + length
    ? undefined
    : { tag, content: bytes.subarray(start, start + length), size: start + length };
}

function expectTag({ tag }: Element, expected: number): void {
  if (tag !== expected) throw new Error('the LDAP server sent something else than an answer');
}
