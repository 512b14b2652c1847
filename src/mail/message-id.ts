// Message ids: chosen once per record before the first publish attempt; sortable by time and unique across gateways, or
// following from an Idempotency-Key.

import { randomBytes } from 'node:crypto';

/** Makes the next id: `[0-9A-Z]`, at most 32 characters, each greater than the one before. */
export type NextMessageId = () => string;

const BASE = 36;
const TIME_DIGITS = 9; // milliseconds; lasts until the year 5188
const COUNTER_DIGITS = 4; // per millisecond
const COUNTER_LIMIT = BASE ** COUNTER_DIGITS;
const RANDOM_BYTES = 6; // 48 random bits per process start

/** Upper-case base 36, left-padded with zeros. */
function toDigits(value: number | bigint, width: number): string {
  return value.toString(BASE).toUpperCase().padStart(width, '0');
}

// 36^50 is the first power above 2^256. What is cut off leaves 163 bits, and ids that no clock makes: those are shorter.
const DIGEST_DIGITS = 50;
const DERIVED_DIGITS = 32;

/** The id that follows from a SHA-256 digest, the same on every gateway; `[0-9A-Z]`, 32 characters, not ordered by time. */
export function toDerivedMessageId(digest: Buffer): string {
  return toDigits(BigInt(`0x${digest.toString('hex')}`), DIGEST_DIGITS).slice(0, DERIVED_DIGITS);
}

/**
 * Creates the id source of one worker. Two sources with equal `serverId` and `worker` still differ by 48 random bits.
 *
 * @param serverId 0–1023 (MailerQ: server-id)
 * @param worker 0–1295
 */
export function createMessageIds(
  serverId: number,
  worker: number,
  { now = Date.now }: { readonly now?: () => number } = {},
): NextMessageId {
  const random = BigInt(`0x${randomBytes(RANDOM_BYTES).toString('hex')}`);
  const suffix = toDigits(serverId, 2) + toDigits(worker, 2) + toDigits(random, 10);
  let time = 0;
  let prefix = toDigits(time, TIME_DIGITS);
  let counter = 0;
  return function nextMessageId() {
    const current = now();
    // A clock that steps back must not bring back ids: stay at the latest time seen.
    if (current > time || counter === COUNTER_LIMIT) {
      time = Math.max(current, time + 1);
      prefix = toDigits(time, TIME_DIGITS);
      counter = 0;
    }
    return prefix + toDigits(counter++, COUNTER_DIGITS) + suffix;
  };
}
