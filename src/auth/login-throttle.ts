// Slows and stops the guessing of passwords, by what each address has got wrong lately.

import { parseIpAddress, toIpText } from '../mail/ip-address.ts';

/** How a login ended, as far as guessing is concerned. */
export type LoginEnd = 'accepted' | 'rejected' | 'unavailable' | 'abandoned';

/** Whether a login may be tried. */
export type Admission =
  | {
    readonly admitted: false;
    /** What the address was told last. */
    readonly answer: 'rejected' | 'unavailable';
    /** Whether this is the first refusal since the address was last admitted. */
    readonly first: boolean;
    /** Milliseconds until a login may be tried; left out: nobody counts logins now. */
    readonly retryAfterMs?: number;
  }
  | {
    readonly admitted: true;
    /** Milliseconds to wait before the login is tried. */
    readonly delayMs: number;
    /** To be called once, when it is over. */
    end(how: LoginEnd, guessed?: boolean): void;
  };

/** Counts logins; an implementation may ask another process. */
export interface LoginThrottle {
  admit(address: string): Admission | Promise<Admission>;
}

/** Options of `createLoginThrottle`. */
export interface LoginThrottleOptions {
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  /** Failures that cost no time. */
  readonly freeFailures?: number;
  /** Failures within the window after which an address is refused. */
  readonly maxFailures?: number;
  readonly windowMs?: number;
  readonly maxAddresses?: number;
}

const STEP_MS = 1_000;
const LONGEST_DELAY_MS = 10_000;

interface Record {
  /** When the failures of the window happened, oldest first. */
  failures: number[];
  pending: number;
  answer: 'rejected' | 'unavailable';
  refused: boolean;
}

/** Counts in the memory of this process, for at most 10,000 addresses (IPv6: networks of 64 bits). */
export function createLoginThrottle(options: LoginThrottleOptions = {}): LoginThrottle {
  return new MemoryThrottle(options);
}

class MemoryThrottle implements LoginThrottle {
  readonly #limits: Required<LoginThrottleOptions>;
  readonly #records = new Map<string, Record>();

  constructor(options: LoginThrottleOptions) {
    this.#limits = {
      now: () => performance.now(),
      freeFailures: 3,
      maxFailures: 20,
      windowMs: 10 * 60_000,
      maxAddresses: 10_000,
      ...options,
    };
  }

  admit(address: string): Admission {
    const key = toThrottleKey(address);
    const record = this.#take(key);
    const count = this.#count(record);
    if (count >= this.#limits.maxFailures) {
      const first = !record.refused;
      record.refused = true;
      return { admitted: false, answer: record.answer, first, retryAfterMs: this.#untilAdmitted(record) };
    }
    record.refused = false;
    record.pending++;
    const over = count - this.#limits.freeFailures + 1;
    return {
      admitted: true,
      delayMs: Math.min(Math.max(over, 0) * STEP_MS, LONGEST_DELAY_MS),
      end: (how, guessed = how === 'rejected') => this.#end(key, { record, how, guessed }),
    };
  }

  /** Failures that count now. Those who have failed before cannot gain by guessing in many sessions at once. */
  #count(record: Record): number {
    const since = this.#limits.now() - this.#limits.windowMs;
    record.failures = record.failures.filter((time) => time > since);
    const { length } = record.failures;
    return length < this.#limits.freeFailures ? length : length + record.pending;
  }

  /** Until enough failures have left the window; those that are still being tried are over by the longest delay. */
  #untilAdmitted({ failures }: Record): number {
    const last = failures.at(-this.#limits.maxFailures);
    return last === undefined ? LONGEST_DELAY_MS : last + this.#limits.windowMs - this.#limits.now();
  }

  #end(
    key: string,
    { record, how, guessed }: { readonly record: Record; readonly how: LoginEnd; readonly guessed: boolean },
  ): void {
    record.pending--;
    if (how === 'accepted') record.failures = [];
    if (how === 'rejected' || how === 'unavailable') record.answer = how;
    if (guessed) record.failures.push(this.#limits.now());
    if (record.failures.length > 0) this.#keep(key, record);
    else if (record.pending === 0 && this.#records.get(key) === record) this.#records.delete(key);
  }

  #take(key: string): Record {
    const record = this.#records.get(key) ?? { failures: [], pending: 0, answer: 'rejected', refused: false };
    this.#keep(key, record);
    return record;
  }

  /** Puts the record last; the ones that were used longest ago are forgotten first. */
  #keep(key: string, record: Record): void {
    this.#records.delete(key);
    this.#records.set(key, record);
    const [oldest] = this.#records.keys();
    if (this.#records.size > this.#limits.maxAddresses && oldest !== undefined) this.#records.delete(oldest);
  }
}

/** One subscriber has a whole /64 of IPv6 addresses; whatever is no address counts as it is. */
function toThrottleKey(text: string): string {
  const address = parseIpAddress(text);
  if (address === undefined || address.bits === 32) return text;
  return toIpText({ bits: 128, value: address.value >> 64n << 64n });
}
