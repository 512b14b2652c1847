// A name server in the test's own process that says what a zone tells it to, failures and silence included.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { TestContext } from 'node:test';
import type { DnsServer } from '../../src/checks/dns-exchange.ts';
import { RECORD_TYPES, type RecordType } from '../../src/checks/dns-message.ts';

/** What the server says about one name; a type that is not listed does not exist there. */
export interface ZoneName {
  readonly A?: readonly string[];
  readonly AAAA?: readonly string[];
  readonly CNAME?: readonly string[];
  readonly PTR?: readonly string[];
  /** Each exchange as `priority name`. */
  readonly MX?: readonly string[];
  /** Each text in one string or in several. */
  readonly TXT?: readonly (string | readonly string[])[];
  /** For every type that is not listed: an rcode, or no answer at all. */
  readonly otherwise?: number | 'silence';
  /** Seconds; 60 where it is not given. */
  readonly ttl?: number;
}

/** Names in lower case, without the last dot. */
export type Zone = Readonly<{ [name: string]: ZoneName }>;

/** The running server. */
export interface NameServer extends DnsServer {
  /** Every question so far, as `TYPE name`, over TCP with `(TCP)`. */
  readonly questions: readonly string[];
  zone: Zone;
}

const NAME_ERROR = 3;
const UDP_LIMIT = 1232;

/** Listens on loopback until the test ends; `ttl` of what does not exist is 60 seconds as well. */
export async function startNameServer(context: TestContext, zone: Zone): Promise<NameServer> {
  const tcp = createServer().listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const { port } = tcp.address() as { port: number };
  const udp = createSocket('udp4');
  udp.bind(port, '127.0.0.1');
  await once(udp, 'listening');
  const questions: string[] = [];
  const server: NameServer = { address: '127.0.0.1', port, questions, zone };
  udp.on('message', (query, peer) => {
    const reply = answer(Buffer.from(query), { zone: server.zone, limit: UDP_LIMIT, questions });
    if (reply !== undefined) udp.send(reply, peer.port, peer.address);
  });
  tcp.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      const reply = answer(chunk.subarray(2), { zone: server.zone, limit: 0xffff, questions });
      if (reply !== undefined) socket.end(Buffer.concat([toUint16(reply.length), reply]));
    });
  });
  context.after(() => {
    udp.close();
    tcp.close();
  });
  return server;
}

interface Surroundings {
  readonly zone: Zone;
  readonly limit: number;
  readonly questions: string[];
}

function answer(query: Buffer, { zone, limit, questions }: Surroundings): Buffer | undefined {
  const end = query.indexOf(0, 12);
  const labels = toLabels(query.subarray(12, end));
  const name = labels.join('.').toLowerCase();
  const type = toTypeName(query.readUInt16BE(end + 1));
  questions.push(limit === 0xffff ? `${type} ${name} (TCP)` : `${type} ${name}`);
  const { rcode, records } = lookUp(zone, { name, type });
  if (rcode === 'silence') return undefined;
  const question = query.subarray(12, end + 5);
  const authority = records.length === 0 ? [toRecord('', { type: 6, ttl: 60, data: toSoa() })] : [];
  const counts = Buffer.concat([1, records.length, authority.length, 0].map(toUint16));
  const head = (flags: number) => Buffer.concat([query.subarray(0, 2), Buffer.from([0x81 | flags, 0x80 | rcode])]);
  const reply = Buffer.concat([head(0), counts, question, ...records, ...authority]);
  if (reply.length <= limit) return reply;
  return Buffer.concat([head(0x02), Buffer.concat([1, 0, 0, 0].map(toUint16)), question]);
}

function toLabels(bytes: Buffer): string[] {
  const labels: string[] = [];
  for (let at = 0; at < bytes.length; at += 1 + (bytes[at] ?? 0)) {
    labels.push(bytes.toString('latin1', at + 1, at + 1 + (bytes[at] ?? 0)));
  }
  return labels;
}

function toTypeName(number: number): RecordType {
  const names = Object.keys(RECORD_TYPES) as RecordType[];
  return names.find((name) => RECORD_TYPES[name] === number) ?? 'A';
}

function lookUp(
  zone: Zone,
  { name, type }: { readonly name: string; readonly type: RecordType },
): { readonly rcode: number | 'silence'; readonly records: Buffer[] } {
  const here = zone[name];
  if (here === undefined) {
    const isAbove = Object.keys(zone).some((each) => each.endsWith(`.${name}`));
    return { rcode: isAbove ? 0 : NAME_ERROR, records: [] };
  }
  const ttl = here.ttl ?? 60;
  const values: readonly (string | readonly string[])[] = here[type] ?? [];
  const records = values.map((value) => toRecord(name, { type: RECORD_TYPES[type], ttl, data: toData(type, value) }));
  const [alias] = here.CNAME ?? [];
  if (records.length === 0 && alias !== undefined) {
    const target = lookUp(zone, { name: alias.toLowerCase(), type });
    return {
      rcode: target.rcode,
      records: [toRecord(name, { type: RECORD_TYPES.CNAME, ttl, data: toName(alias) }), ...target.records],
    };
  }
  return { rcode: records.length === 0 ? here.otherwise ?? 0 : 0, records };
}

function toRecord(
  name: string,
  { type, ttl, data }: { readonly type: number; readonly ttl: number; readonly data: Buffer },
): Buffer {
  return Buffer.concat([
    toName(name),
    toUint16(type),
    toUint16(1),
    toUint16(ttl >> 16),
    toUint16(ttl),
    toUint16(data.length),
    data,
  ]);
}

function toData(type: RecordType, value: string | readonly string[]): Buffer {
  if (type === 'TXT') return toTexts(value);
  const text = String(value);
  if (type === 'A') return Buffer.from(text.split('.').map(Number));
  if (type === 'AAAA') return toIpv6(text);
  if (type !== 'MX') return toName(text);
  const [priority, exchange = ''] = text.split(' ');
  return Buffer.concat([toUint16(Number(priority)), toName(exchange)]);
}

/** A text that is longer than a string may be goes into several. */
function toTexts(value: string | readonly string[]): Buffer {
  const strings = typeof value === 'string' ? value.match(/[^]{1,255}/g) ?? [''] : value;
  return Buffer.concat(strings.flatMap((text) => [Buffer.from([text.length]), Buffer.from(text, 'latin1')]));
}

function toIpv6(text: string): Buffer {
  const [head = [], tail] = text.split('::').map((half) => half.split(':').filter(Boolean));
  const missing = tail === undefined ? 0 : 8 - head.length - tail.length;
  const groups = [...head, ...Array<string>(missing).fill('0'), ...(tail ?? [])];
  return Buffer.concat(groups.map((group) => toUint16(parseInt(group, 16))));
}

function toSoa(): Buffer {
  return Buffer.concat([toName('ns'), toName('root'), ...Array.from({ length: 5 }, () => Buffer.from([0, 0, 0, 60]))]);
}

function toName(name: string): Buffer {
  const labels = name.replace(/\.$/, '').split('.').filter(Boolean);
  const parts = labels.flatMap((label) => [Buffer.from([label.length]), Buffer.from(label, 'latin1')]);
  return Buffer.concat([...parts, Buffer.from([0])]);
}

function toUint16(number: number): Buffer {
  return Buffer.from([(number >> 8) & 0xff, number & 0xff]);
}
