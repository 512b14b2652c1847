// The PROXY protocol header, versions 1 and 2, from bytes to addresses; pure, so that doors and tests share it.

import { isIPv4, isIPv6 } from 'node:net';

/** One end of the proxied connection. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** A type-length-value of version 2 (section 2.2.7 of the specification). */
export interface Tlv {
  readonly type: number;
  readonly value: Buffer;
}

/** What a header says. */
export interface ProxyHeader {
  readonly version: 1 | 2;
  /** The proxied connection; undefined for LOCAL, UNKNOWN and families that are not TCP/UDP over IP. */
  readonly connection: { readonly source: Endpoint; readonly destination: Endpoint } | undefined;
  readonly tlvs: readonly Tlv[];
}

/** Result of looking at the first bytes of a connection. */
export type ProxyParse =
  /** `needed`: no shorter beginning can be complete or invalid; a bound from below, for readers that save work. */
  | { readonly state: 'incomplete'; readonly needed: number }
  | { readonly state: 'invalid'; readonly fault: string }
  | { readonly state: 'complete'; readonly header: ProxyHeader; readonly length: number };

const SIGNATURE_V1 = Buffer.from('PROXY ', 'latin1');
const SIGNATURE_V2 = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
// Section 2.1: the longest version 1 line, CRLF included.
const MAX_V1 = 107;
const FIXED_V2 = 16;
const PORT = /^(?:0|[1-9]\d{0,4})$/;

/** Parses what has arrived so far; ask again with more bytes while it is incomplete. */
export function parseProxyHeader(bytes: Buffer): ProxyParse {
  if (startsAlike(bytes, SIGNATURE_V1)) return parseVersion1(bytes);
  if (startsAlike(bytes, SIGNATURE_V2)) return parseVersion2(bytes);
  return invalid('no PROXY protocol signature');
}

/** Whether `bytes` begins like `signature`, as far as it goes. */
function startsAlike(bytes: Buffer, signature: Buffer): boolean {
  const length = Math.min(bytes.length, signature.length);
  return bytes.subarray(0, length).equals(signature.subarray(0, length));
}

function incomplete(needed: number): ProxyParse {
  return { state: 'incomplete', needed };
}

function invalid(fault: string): ProxyParse {
  return { state: 'invalid', fault };
}

function parseVersion1(bytes: Buffer): ProxyParse {
  const end = bytes.subarray(0, MAX_V1).indexOf('\n');
  if (end < 0) return bytes.length < MAX_V1 ? incomplete(bytes.length + 1) : invalid('version 1 line is too long');
  if (bytes[end - 1] !== 0x0d) return invalid('version 1 line does not end with CRLF');
  const [, family, ...words] = bytes.toString('latin1', 0, end - 1).split(' ');
  const length = end + 1;
  if (family === 'UNKNOWN') {
    return { state: 'complete', length, header: { version: 1, connection: undefined, tlvs: [] } };
  }
  const isFamily = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isPlainIPv6 : undefined;
  const [sourceAddress = '', destinationAddress = '', sourcePort = '', destinationPort = ''] = words;
  if (isFamily === undefined) return invalid('version 1 family is not TCP4, TCP6 or UNKNOWN');
  if (words.length !== 4 || !isFamily(sourceAddress) || !isFamily(destinationAddress)) {
    return invalid('version 1 addresses are not valid');
  }
  if (!isPort(sourcePort) || !isPort(destinationPort)) return invalid('version 1 ports are not valid');
  const source = { address: sourceAddress, port: Number(sourcePort) };
  const destination = { address: destinationAddress, port: Number(destinationPort) };
  return { state: 'complete', length, header: { version: 1, connection: { source, destination }, tlvs: [] } };
}

function isPlainIPv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%');
}

function isPort(text: string): boolean {
  return PORT.test(text) && Number(text) <= 0xffff;
}

/** Section 2.2: signature, version and command, family and transport, length, addresses, TLVs. */
function parseVersion2(bytes: Buffer): ProxyParse {
  if (bytes.length < FIXED_V2) return incomplete(bytes.length + 1);
  const versionCommand = bytes[12]!;
  const [family, transport] = [bytes[13]! >> 4, bytes[13]! & 0x0f];
  const command = versionCommand & 0x0f;
  if (versionCommand >> 4 !== 2) return invalid('version is not 2');
  if (command > 1) return invalid('version 2 command is not LOCAL or PROXY');
  if (family > 3 || transport > 2) return invalid('version 2 family or transport is not known');
  const length = FIXED_V2 + bytes.readUInt16BE(14);
  if (bytes.length < length) return incomplete(length);
  const payload = bytes.subarray(FIXED_V2, length);
  const size = transport === 0 ? 0 : [0, 12, 36, 216][family]!;
  if (command === 1 && payload.length < size) return invalid('version 2 addresses are cut short');
  const hasAddresses = command === 1 && transport > 0 && (family === 1 || family === 2);
  const connection = hasAddresses ? readEndpoints(payload, family === 1 ? 4 : 16) : undefined;
  return { state: 'complete', length, header: { version: 2, connection, tlvs: readTlvs(payload.subarray(size)) } };
}

function readEndpoints(payload: Buffer, width: 4 | 16): { readonly source: Endpoint; readonly destination: Endpoint } {
  const toText = width === 4 ? toIPv4 : toIPv6;
  return {
    source: { address: toText(payload.subarray(0, width)), port: payload.readUInt16BE(2 * width) },
    destination: { address: toText(payload.subarray(width, 2 * width)), port: payload.readUInt16BE(2 * width + 2) },
  };
}

function toIPv4(bytes: Buffer): string {
  return bytes.join('.');
}

/** RFC 5952 form, as the URL parser writes it. */
function toIPv6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/** Splits type-length-values. They are for the log only, so a broken one ends the list and not the connection. */
export function readTlvs(bytes: Buffer): Tlv[] {
  const tlvs: Tlv[] = [];
  let position = 0;
  while (position + 3 <= bytes.length) {
    const end = position + 3 + bytes.readUInt16BE(position + 1);
    if (end > bytes.length) break;
    tlvs.push({ type: bytes[position]!, value: bytes.subarray(position + 3, end) });
    position = end;
  }
  return tlvs;
}
