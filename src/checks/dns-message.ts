// The wire format of DNS (RFC 1035 section 4): one question to bytes, and the bytes of an answer to records with their TTL.

import { toIpText } from '../mail/ip-address.ts';

/** The record types that the checks ask for, with their numbers. */
export const RECORD_TYPES = { A: 1, CNAME: 5, PTR: 12, MX: 15, TXT: 16, AAAA: 28 } as const;

/** Name of a record type. */
export type RecordType = keyof typeof RECORD_TYPES;

/** Exchange of an MX record; lower `priority` first. */
export interface MailExchange {
  readonly priority: number;
  readonly exchange: string;
}

/** Value of one record: an address or a name; the strings of a TXT record, one character for each byte; an exchange. */
export type DnsValue = string | readonly string[] | MailExchange;

/** What a server says to a question. */
export interface DnsAnswer {
  /** Cut off: the whole answer is to be had over TCP. */
  readonly truncated: boolean;
  /** RFC 1035 section 4.1.1: 0 no error, 2 server failure, 3 name error, 5 refused. */
  readonly rcode: number;
  /** Records of the type that was asked for, at the end of the chain of aliases. */
  readonly values: readonly DnsValue[];
  /** Seconds: of the shortest-lived record on the way, or, without records, how long that may be believed (RFC 2308). */
  readonly ttl: number;
}

/** One question. */
export interface DnsQuestion {
  readonly name: string;
  readonly type: RecordType;
}

const CLASS_IN = 1;
const SOA = 6;
const OPT = 41;
const HEADER_BYTES = 12;
const MAX_LABEL_BYTES = 63;
const MAX_NAME_BYTES = 255;
// An answer of this size is not fragmented on the way (RFC 9715).
const UDP_BYTES = 1232;
const MAX_ALIASES = 16;
const RECURSION_DESIRED = 0x01;
const RESPONSE = 0x8000;
const TRUNCATED = 0x0200;
const POINTER = 0xc0;

/** One record as it stands in the message. */
interface RawRecord {
  /** Owner in lower case. */
  readonly name: string;
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  /** Offsets of its data. */
  readonly start: number;
  readonly end: number;
}

/** Whether the name can stand in a question (RFC 1035 section 2.3.4). */
export function isDnsName(name: string): boolean {
  const labels = labelsOf(name);
  const size = labels.reduce((sum, label) => sum + label.length + 1, 1);
  return size <= MAX_NAME_BYTES && labels.every((label) => label.length > 0 && label.length <= MAX_LABEL_BYTES);
}

function labelsOf(name: string): Buffer[] {
  return name.replace(/\.$/, '').split('.').map((label) => Buffer.from(label));
}

/** One text for each name: lower case, and no character that the dots between labels could be mistaken for. */
function toText(labels: readonly Buffer[]): string {
  return labels.map((label) => label.toString('latin1').replace(/[^\x21-\x2d\x2f-\x7e]/g, toEscape)).join('.');
}

/** RFC 1035 section 5.1. */
function toEscape(character: string): string {
  return `\\${character.charCodeAt(0).toString().padStart(3, '0')}`;
}

/** The bytes of a question to a recursive server, with room for a larger answer (EDNS, RFC 6891). */
export function encodeQuestion({ name, type }: DnsQuestion, id: number): Buffer {
  const header = Buffer.from([id >> 8, id & 0xff, RECURSION_DESIRED, 0, 0, 1, 0, 0, 0, 0, 0, 1]);
  const labels = labelsOf(name).flatMap((label) => [Buffer.from([label.length]), label]);
  const question = Buffer.from([0, 0, RECORD_TYPES[type], 0, CLASS_IN]);
  const edns = Buffer.from([0, 0, OPT, UDP_BYTES >> 8, UDP_BYTES & 0xff, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([header, ...labels, question, edns]);
}

/** Reads the answer to this question; undefined when it answers another one. Throws a RangeError when it is malformed. */
export function decodeAnswer(
  bytes: Buffer,
  { question, id }: { readonly question: DnsQuestion; readonly id: number },
): DnsAnswer | undefined {
  if (bytes.length < HEADER_BYTES || bytes.readUInt16BE(0) !== id) return undefined;
  const flags = bytes.readUInt16BE(2);
  if ((flags & RESPONSE) === 0 || bytes.readUInt16BE(4) !== 1) return undefined;
  const asked = readName(bytes, HEADER_BYTES);
  const isOurs = asked.name.toLowerCase() === toText(labelsOf(question.name)).toLowerCase();
  if (!isOurs || bytes.readUInt16BE(asked.next) !== RECORD_TYPES[question.type]) return undefined;
  const rcode = flags & 0x0f;
  if ((flags & TRUNCATED) !== 0) return { truncated: true, rcode, values: [], ttl: 0 };
  const reader = new RecordReader(bytes, asked.next + 4);
  const answers = reader.take(bytes.readUInt16BE(6));
  const { records, aliasTtl } = followAliases(bytes, answers, { owner: asked.name.toLowerCase(), type: question.type });
  if (records.length === 0) {
    const soa = reader.take(bytes.readUInt16BE(8)).find(({ type }) => type === SOA);
    return { truncated: false, rcode, values: [], ttl: Math.min(aliasTtl, negativeTtl(bytes, soa)) };
  }
  const values = records.map((record) => readValue(bytes, record, question.type));
  return { truncated: false, rcode, values, ttl: Math.min(aliasTtl, ...records.map(({ ttl }) => ttl)) };
}

/** Reads records one after the other. */
class RecordReader {
  readonly #bytes: Buffer;
  #position: number;

  constructor(bytes: Buffer, position: number) {
    this.#bytes = bytes;
    this.#position = position;
  }

  take(count: number): RawRecord[] {
    return Array.from({ length: count }, () => this.#next());
  }

  #next(): RawRecord {
    const { name, next } = readName(this.#bytes, this.#position);
    const start = next + 10;
    const end = start + this.#bytes.readUInt16BE(next + 8);
    if (end > this.#bytes.length) throw new RangeError('A record ends after the message');
    this.#position = end;
    // RFC 2181 section 8: a TTL with the highest bit set counts as zero.
    const ttl = Math.max(0, this.#bytes.readInt32BE(next + 4));
    return { name: name.toLowerCase(), type: this.#bytes.readUInt16BE(next), ttl, start, end };
  }
}

/** The records at the end of the chain of aliases, and the shortest life of an alias. */
function followAliases(
  bytes: Buffer,
  answers: readonly RawRecord[],
  { owner, type }: { readonly owner: string; readonly type: RecordType },
): { readonly records: readonly RawRecord[]; readonly aliasTtl: number } {
  let [name, aliasTtl] = [owner, Infinity];
  for (let hop = 0; hop < MAX_ALIASES; hop++) {
    const here = answers.filter((record) => record.name === name);
    const records = here.filter((record) => record.type === RECORD_TYPES[type]);
    const alias = here.find((record) => record.type === RECORD_TYPES.CNAME);
    if (records.length > 0 || alias === undefined) return { records, aliasTtl };
    name = readName(bytes, alias.start).name.toLowerCase();
    aliasTtl = Math.min(aliasTtl, alias.ttl);
  }
  return { records: [], aliasTtl };
}

/** RFC 2308 section 5: the smaller of the SOA record's own TTL and its last field; without one, it is not kept. */
function negativeTtl(bytes: Buffer, soa: RawRecord | undefined): number {
  if (soa === undefined || soa.end - soa.start < 4) return 0;
  return Math.min(soa.ttl, bytes.readUInt32BE(soa.end - 4));
}

function readValue(bytes: Buffer, { start, end }: RawRecord, type: RecordType): DnsValue {
  if (type === 'A') return toIpText({ bits: 32, value: readNumber(bytes, { start, end, size: 4 }) });
  if (type === 'AAAA') return toIpText({ bits: 128, value: readNumber(bytes, { start, end, size: 16 }) });
  if (type === 'TXT') return readStrings(bytes.subarray(start, end));
  if (type === 'MX') {
    return { priority: bytes.readUInt16BE(start), exchange: readName(bytes, start + 2).name.toLowerCase() };
  }
  // Names are the same in any case, and servers copy that of the question.
  return readName(bytes, start).name.toLowerCase();
}

function readNumber(
  bytes: Buffer,
  { start, end, size }: { readonly start: number; readonly end: number; readonly size: number },
): bigint {
  if (end - start !== size) throw new RangeError('An address has the wrong length');
  return BigInt(`0x${bytes.toString('hex', start, end)}`);
}

function readStrings(data: Buffer): string[] {
  const strings: string[] = [];
  for (let position = 0; position < data.length;) {
    const end = position + 1 + data.readUInt8(position);
    if (end > data.length) throw new RangeError('A text ends after its record');
    strings.push(data.toString('latin1', position + 1, end));
    position = end;
  }
  return strings;
}

/** Reads a name (RFC 1035 section 4.1.4); `next` is the offset after it. */
function readName(bytes: Buffer, start: number): { readonly name: string; readonly next: number } {
  const labels: Buffer[] = [];
  let [position, next, size] = [start, -1, 0];
  // Names may only point backwards, so the offset that was read last bounds the next one.
  for (let bound = start;;) {
    const length = bytes.readUInt8(position);
    if (length === 0) return { name: toText(labels), next: next < 0 ? position + 1 : next };
    if (length >= POINTER) {
      const target = bytes.readUInt16BE(position) & 0x3fff;
      if (target >= bound) throw new RangeError('A name points forwards');
      if (next < 0) next = position + 2;
      [position, bound] = [target, target];
      continue;
    }
    size += length + 1;
    const end = position + 1 + length;
    if (length > MAX_LABEL_BYTES || size >= MAX_NAME_BYTES || end > bytes.length) {
      throw new RangeError('A name is too long');
    }
    labels.push(bytes.subarray(position + 1, end));
    position = end;
  }
}
