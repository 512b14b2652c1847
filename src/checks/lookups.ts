// The look-ups of one check of one message: a budget, a deadline, and a note of what could not be found out.

import { DnsFailure } from './dns-exchange.ts';
import { isRecordType, isTemporaryDnsCode, type Resolver } from './resolver.ts';

/** The shape in which mailauth wants its resolver. */
export type MailauthResolver = (name: string, type: string) => Promise<string[] | string[][]>;

/** Options of `Lookups`. */
export interface LookupsOptions {
  /** How many questions this check may ask. */
  readonly budget: number;
  /** Aborts when the message has been checked for long enough. */
  readonly signal: AbortSignal;
}

/** Look-ups within bounds; past them every answer is unknown, so that the check becomes a temperror. */
export class Lookups {
  readonly #resolver: Resolver;
  readonly #signal: AbortSignal;
  readonly #unknown = new Set<string>();
  #left: number;

  constructor(resolver: Resolver, { budget, signal }: LookupsOptions) {
    this.#resolver = resolver;
    this.#signal = signal;
    this.#left = budget;
  }

  /** Names whose records could not be found out. */
  get unknown(): ReadonlySet<string> {
    return this.#unknown;
  }

  /** For mailauth: rejects with codes as Node's resolver does. */
  readonly resolve: MailauthResolver = async (name, type) => {
    try {
      return await this.#resolve(name, type) as string[] | string[][];
    } catch (failure) {
      if (failure instanceof DnsFailure && isTemporaryDnsCode(failure.code)) this.#unknown.add(name.toLowerCase());
      throw failure;
    }
  };

  async #resolve(name: string, type: string): Promise<unknown> {
    if (!isRecordType(type)) throw new TypeError(`Cannot look up ${type} records`);
    const question = { name, type };
    if (this.#signal.aborted) throw new DnsFailure('ETIMEOUT', { question });
    if (this.#left-- <= 0) throw new DnsFailure('ECANCELLED', { question });
    const late = Promise.withResolvers<never>();
    const onAbort = () => late.reject(new DnsFailure('ETIMEOUT', { question }));
    this.#signal.addEventListener('abort', onAbort, { once: true });
    try {
      // mailauth sorts some lists in place, and the cache keeps them.
      return [...await Promise.race([this.#resolver.resolve(name, type), late.promise])];
    } finally {
      this.#signal.removeEventListener('abort', onAbort);
    }
  }
}
