// Makes the answers of a RADIUS server, genuine and broken.

import { Buffer } from 'node:buffer';
import { createHash, createHmac } from 'node:crypto';

/** Options of `makeAnswer`. */
export interface AnswerOptions {
  readonly code: number;
  readonly secret: string;
  /** Whether there is a Message-Authenticator. */
  readonly signed?: boolean;
  /** Whether its last byte is wrong. */
  readonly breakSignature?: boolean;
  /** Bytes of further attributes. */
  readonly extra?: readonly number[];
}

/** The answer to this request (RFC 2865 section 3, RFC 3579 section 3.2). */
export function makeAnswer(
  request: Uint8Array,
  { code, secret, signed = true, breakSignature = false, extra = [] }: AnswerOptions,
): Buffer {
  const authenticator = signed ? [80, 18, ...new Uint8Array(16)] : [];
  const packet = Buffer.from([code, request[1] ?? 0, 0, 0, ...request.subarray(4, 20), ...authenticator, ...extra]);
  packet.writeUInt16BE(packet.length, 2);
  if (signed) createHmac('md5', secret).update(packet).digest().copy(packet, 22);
  if (breakSignature) packet[37] = (packet[37] ?? 0) ^ 1;
  createHash('md5').update(packet).update(secret).digest().copy(packet, 4);
  return packet;
}
