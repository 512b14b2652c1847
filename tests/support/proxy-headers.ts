// PROXY protocol headers as a proxy would send them.
import { Buffer } from 'node:buffer';

/** Ends of the proxied connection, as `address port`. */
export interface ProxiedEnds {
  readonly source: string;
  readonly destination?: string;
}

const SIGNATURE_V2 = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const DESTINATION = { 4: '198.51.100.7 25', 6: '2001:db8::25 25' } as const;

/** A version 1 line. */
export function proxyV1({ source, destination }: ProxiedEnds): Buffer {
  const family = source.includes(':') ? 6 : 4;
  const [from, to] = [source.split(' '), (destination ?? DESTINATION[family]).split(' ')];
  return Buffer.from(`PROXY TCP${family} ${from[0]} ${to[0]} ${from[1]} ${to[1]}\r\n`);
}

/** A version 2 header for TCP, with type-length-values behind the addresses. */
export function proxyV2({ source, destination }: ProxiedEnds, tlvs: Buffer = Buffer.alloc(0)): Buffer {
  const family = source.includes(':') ? 6 : 4;
  const [from, to] = [source.split(' '), (destination ?? DESTINATION[family]).split(' ')];
  const toBytes = family === 4 ? ipv4Bytes : ipv6Bytes;
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(Number(from[1]), 0);
  ports.writeUInt16BE(Number(to[1]), 2);
  const payload = Buffer.concat([toBytes(from[0] ?? ''), toBytes(to[0] ?? ''), ports, tlvs]);
  return header({ command: 1, family: family === 4 ? 0x11 : 0x21 }, payload);
}

/** A version 2 header of the proxy itself. */
export function proxyLocal(): Buffer {
  return header({ command: 0, family: 0 }, Buffer.alloc(0));
}

/** A type-length-value. */
export function tlv(type: number, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.of(type, bytes.length >> 8, bytes.length & 0xff), bytes]);
}

/** The SSL type-length-value of a client that speaks TLS with the proxy. */
export function sslTlv(...inner: readonly Buffer[]): Buffer {
  return tlv(0x20, Buffer.concat([Buffer.of(1, 0, 0, 0, 0), ...inner]));
}

function header({ command, family }: { readonly command: number; readonly family: number }, payload: Buffer): Buffer {
  const fixed = Buffer.of(0x20 | command, family, payload.length >> 8, payload.length & 0xff);
  return Buffer.concat([SIGNATURE_V2, fixed, payload]);
}

function ipv4Bytes(text: string): Buffer {
  return Buffer.from(text.split('.').map(Number));
}

/** `::` may stand anywhere; no dotted tail. */
function ipv6Bytes(text: string): Buffer {
  const [head = '', tail = ''] = text.split('::');
  const groupsOf = (half: string) => half === '' ? [] : half.split(':').map((group) => parseInt(group, 16));
  const [before, after] = [groupsOf(head), groupsOf(tail)];
  const groups = [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
  return Buffer.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}
