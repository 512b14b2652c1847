// One question to one DNS server and its answer: over UDP first, over TCP when the answer does not fit (RFC 7766).

import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import { normalizeIp } from '../mail/ip-address.ts';
import { decodeAnswer, type DnsAnswer, type DnsQuestion, encodeQuestion } from './dns-message.ts';

/** Where a name server listens. */
export interface DnsServer {
  readonly address: string;
  readonly port: number;
}

/** Options of `exchange`. */
export interface ExchangeOptions {
  readonly server: DnsServer;
  /** For the answer, or for each of the two when the first one does not fit. */
  readonly timeoutMs: number;
}

/** A question on its way, with what its answer must match. */
interface Pending extends ExchangeOptions {
  readonly question: DnsQuestion;
  /** Random, so that nobody who cannot see the question can answer it (RFC 5452). */
  readonly id: number;
}

/** Resolves with what the server says; rejects with a DnsFailure: ETIMEOUT, EBADRESP, or the socket's own code. */
export async function exchange(question: DnsQuestion, options: ExchangeOptions): Promise<DnsAnswer> {
  const pending = { ...options, question, id: randomInt(0x10000) };
  const answer = await exchangeOverUdp(pending);
  return answer.truncated ? await exchangeOverTcp(pending) : answer;
}

/** Why there is no answer, with a code as Node's own resolver has them. */
export class DnsFailure extends Error {
  readonly code: string;

  constructor(code: string, { question, cause }: { readonly question: DnsQuestion; readonly cause?: unknown }) {
    super(`No ${question.type} records for ${question.name}: ${code}`, { cause });
    this.code = code;
  }
}

async function exchangeOverUdp(pending: Pending): Promise<DnsAnswer> {
  const { server, question, id } = pending;
  const { promise, resolve, reject } = Promise.withResolvers<DnsAnswer>();
  const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4');
  socket.on('error', (cause) => reject(toFailure(cause, question)));
  socket.on('message', (bytes, { address, port }) => {
    if (port !== server.port || normalizeIp(address) !== normalizeIp(server.address)) return;
    // Garbage from the right address may be forged like any other: the true answer may still come.
    const answer = tryDecode(bytes, pending);
    if (answer !== undefined) resolve(answer);
  });
  const timer = setTimeout(() => reject(new DnsFailure('ETIMEOUT', { question })), pending.timeoutMs);
  socket.send(encodeQuestion(question, id), server.port, server.address, (cause) => {
    if (cause) reject(toFailure(cause, question));
  });
  return await promise.finally(() => {
    clearTimeout(timer);
    socket.close();
  });
}

function tryDecode(bytes: Uint8Array, pending: Pending): DnsAnswer | undefined {
  try {
    return decodeAnswer(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), pending);
  } catch {
    return undefined;
  }
}

async function exchangeOverTcp({ server, question, id, timeoutMs }: Pending): Promise<DnsAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<DnsAnswer>();
  const socket = connect({ host: server.address, port: server.port });
  const timer = setTimeout(() => reject(new DnsFailure('ETIMEOUT', { question })), timeoutMs);
  let received = Buffer.alloc(0);
  socket.on('error', (cause) => reject(toFailure(cause, question)));
  socket.on('close', () => reject(new DnsFailure('EBADRESP', { question })));
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
    try {
      const answer = decodeAnswer(received.subarray(2, 2 + received.readUInt16BE(0)), { question, id });
      if (answer !== undefined && !answer.truncated) resolve(answer);
      else reject(new DnsFailure('EBADRESP', { question }));
    } catch (cause) {
      reject(new DnsFailure('EBADRESP', { question, cause }));
    }
  });
  const bytes = encodeQuestion(question, id);
  socket.write(Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]));
  return await promise.finally(() => {
    clearTimeout(timer);
    socket.destroy();
  });
}

function toFailure(cause: Error, question: DnsQuestion): DnsFailure {
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : 'ECONNREFUSED';
  return new DnsFailure(code, { question, cause });
}
