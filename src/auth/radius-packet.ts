// RADIUS packets of a PAP login (RFC 2865, RFC 3579 section 3.2) as bytes: the request, and what an answer is worth.

import { Buffer } from 'node:buffer';
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const ACCESS_REQUEST = 1;
const ACCESS_ACCEPT = 2;
const ACCESS_REJECT = 3;
const ACCESS_CHALLENGE = 11;
const USER_NAME = 1;
const USER_PASSWORD = 2;
const NAS_IDENTIFIER = 32;
const MESSAGE_AUTHENTICATOR = 80;
const HEADER = 20;
const LARGEST_PACKET = 4096;
const PASSWORD_BLOCK = 16;

/** Bytes that fit into one attribute. */
export const LONGEST_NAME = 253;
/** RFC 2865 section 5.2. */
export const LONGEST_PASSWORD = 128;

/** What a request says and what its answer is checked with. */
export interface RadiusLogin {
  readonly username: string;
  readonly password: string;
  readonly nasIdentifier: string;
  readonly secret: string;
}

/** A request on its way. */
export interface AccessRequest {
  readonly bytes: Uint8Array;
  readonly secret: string;
}

/** What a datagram means: a verdict, or the reason why it is none and is passed over. */
export type RadiusAnswer =
  | { readonly verdict: 'accepted' | 'rejected' }
  | { readonly verdict: 'none'; readonly reason: string };

/** A new Access-Request with fresh identifier and authenticator. */
export function createAccessRequest({ username, password, nasIdentifier, secret }: RadiusLogin): AccessRequest {
  const [identifier = 0, ...authenticator] = randomBytes(1 + 16);
  const attributes = [
    // First, so that no chosen prefix can be put before it ("Blast-RADIUS", CVE-2024-3596).
    toAttribute(MESSAGE_AUTHENTICATOR, new Uint8Array(16)),
    toAttribute(USER_NAME, Buffer.from(username)),
    toAttribute(USER_PASSWORD, hidePassword(password, { secret, authenticator: Uint8Array.from(authenticator) })),
    toAttribute(NAS_IDENTIFIER, Buffer.from(nasIdentifier)),
  ];
  const bytes = Buffer.concat([Uint8Array.of(ACCESS_REQUEST, identifier, 0, 0, ...authenticator), ...attributes]);
  bytes.writeUInt16BE(bytes.length, 2);
  sign(bytes, secret).copy(bytes, HEADER + 2);
  return { bytes, secret };
}

/** Judges a datagram; only one that proves the shared secret in both of RADIUS's ways is an answer. */
export function judgeAnswer(datagram: Uint8Array, { bytes: request, secret }: AccessRequest): RadiusAnswer {
  const answer = readPacket(datagram);
  if (answer === undefined) return none('it is no RADIUS packet');
  if (answer[1] !== request[1]) return none('it answers another request');
  const places = findMessageAuthenticators(answer);
  if (places === undefined) return none('its attributes are malformed');
  const [place, second] = places;
  if (place === undefined || second !== undefined) {
    return none('it has no Message-Authenticator: the server must send one');
  }
  // Both are made over the request's authenticator, which stands where the answer has its own.
  const restored = Buffer.from(answer);
  restored.set(request.subarray(4, HEADER), 4);
  const responseAuthenticator = createHash('md5').update(restored).update(secret).digest();
  restored.fill(0, place, place + 16);
  const genuine = timingSafeEqual(responseAuthenticator, answer.subarray(4, HEADER)) &&
    timingSafeEqual(sign(restored, secret), answer.subarray(place, place + 16));
  return genuine ? judgeCode(answer[0]) : none('it was not made with our shared secret');
}

function judgeCode(code: number | undefined): RadiusAnswer {
  if (code === ACCESS_ACCEPT) return { verdict: 'accepted' };
  // A challenge wants a second factor, for which SMTP and HTTP Basic have no place.
  if (code === ACCESS_REJECT || code === ACCESS_CHALLENGE) return { verdict: 'rejected' };
  return none('it is of an unexpected kind');
}

function none(reason: string): RadiusAnswer {
  return { verdict: 'none', reason };
}

/** The packet without what follows its end; undefined when the lengths do not fit (RFC 2865 section 3). */
function readPacket(datagram: Uint8Array): Buffer | undefined {
  const buffer = Buffer.from(datagram);
  if (buffer.length < HEADER) return undefined;
  const length = buffer.readUInt16BE(2);
  return length < HEADER || length > buffer.length || length > LARGEST_PACKET ? undefined : buffer.subarray(0, length);
}

/** Where the values of the Message-Authenticators start; undefined when the attributes do not add up. */
function findMessageAuthenticators(packet: Uint8Array): number[] | undefined {
  const places: number[] = [];
  for (let at = HEADER; at < packet.length;) {
    const size = packet[at + 1] ?? 0;
    if (size < 2 || at + size > packet.length) return undefined;
    if (packet[at] === MESSAGE_AUTHENTICATOR) {
      if (size !== 18) return undefined;
      places.push(at + 2);
    }
    at += size;
  }
  return places;
}

function toAttribute(type: number, value: Uint8Array): Uint8Array {
  return Uint8Array.of(type, value.length + 2, ...value);
}

/** HMAC-MD5 over the packet, whose Message-Authenticator is zero for this (RFC 3579 section 3.2). */
function sign(packet: Uint8Array, secret: string): Buffer {
  return createHmac('md5', secret).update(packet).digest();
}

/** RFC 2865 section 5.2: each block is hidden under a digest of the secret and the block before it. */
function hidePassword(
  password: string,
  { secret, authenticator }: { readonly secret: string; readonly authenticator: Uint8Array },
): Uint8Array {
  const clear = Buffer.from(password);
  const hidden = Buffer.alloc(Math.ceil(clear.length / PASSWORD_BLOCK) * PASSWORD_BLOCK);
  clear.copy(hidden);
  let previous: Uint8Array = authenticator;
  for (let at = 0; at < hidden.length; at += PASSWORD_BLOCK) {
    const mask = createHash('md5').update(secret).update(previous).digest();
    for (const [index, byte] of mask.entries()) hidden[at + index] = (hidden[at + index] ?? 0) ^ byte;
    previous = hidden.subarray(at, at + PASSWORD_BLOCK);
  }
  return hidden;
}
