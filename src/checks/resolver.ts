// The gateway's resolver: asks the configured name servers, keeps their answers, and asks nothing twice at the same time.
//
// It speaks DNS itself. The runtimes' own resolvers tell no TTL of TXT and MX records, and Deno's reports a server that
// failed as a name that does not exist, which would turn a temporary error into a verdict.

import { getServers } from 'node:dns';
import { isIP } from 'node:net';
import { DnsCache, type DnsOutcome } from './dns-cache.ts';
import { DnsFailure, type DnsServer, exchange } from './dns-exchange.ts';
import {
  type DnsAnswer,
  type DnsQuestion,
  type DnsValue,
  isDnsName,
  RECORD_TYPES,
  type RecordType,
} from './dns-message.ts';

/** Looks names up. */
export interface Resolver {
  /**
   * The records of a name, never none. Rejects with a DnsFailure whose code is ENOTFOUND (no such name), ENODATA (no such
   * record), EBADNAME, or says that the answer is not known now: ETIMEOUT, ESERVFAIL, EREFUSED and others.
   */
  resolve(name: string, type: RecordType): Promise<readonly DnsValue[]>;
}

/** Options of `createResolver`. */
export interface ResolverOptions {
  /** dns-nameserver; those of the host where there are none. */
  readonly servers?: readonly DnsServer[] | undefined;
  /** dns-timeout in milliseconds: how long one server may think about one question. */
  readonly timeoutMs: number;
  /** dns-attempts: how often each server is asked. */
  readonly attempts: number;
  readonly cache?: DnsCache;
}

const DNS_PORT = 53;
const NO_ERROR = 0;
const NAME_ERROR = 3;
const CODES: { readonly [rcode: number]: string } = { 1: 'EFORMERR', 2: 'ESERVFAIL', 4: 'ENOTIMP', 5: 'EREFUSED' };
// A server that is down is not asked again at once for every message of a flood.
const FAILURE_TTL_SECONDS = 5;
const MAX_RUNNING = 200;
const MAX_WAITING = 2000;

/** Whether the code says that the answer may be known later. */
export function isTemporaryDnsCode(code: unknown): boolean {
  return code !== 'ENOTFOUND' && code !== 'ENODATA' && code !== 'EBADNAME';
}

/** Whether this names a record type that can be looked up. */
export function isRecordType(type: string): type is RecordType {
  return Object.hasOwn(RECORD_TYPES, type);
}

/** Creates a resolver with a cache of its own; does no I/O yet. */
export function createResolver(
  { servers = hostServers(), timeoutMs, attempts, cache = new DnsCache() }: ResolverOptions,
): Resolver {
  const inFlight = new Map<string, Promise<DnsOutcome>>();
  const places = new Places();
  const ask = async (question: DnsQuestion, key: string): Promise<DnsOutcome> => {
    const heard = await places.hold(question, () => askServers(question, { servers, timeoutMs, attempts }));
    cache.set(key, heard);
    return heard.outcome;
  };
  return {
    async resolve(name, type) {
      const question = { name: name.replace(/\.$/, ''), type };
      if (!isDnsName(question.name)) throw new DnsFailure('EBADNAME', { question });
      const key = `${type}:${question.name.toLowerCase()}`;
      const outcome = cache.get(key) ?? await joined(inFlight, key, () => ask(question, key));
      if (outcome.found) return outcome.values;
      throw new DnsFailure(outcome.code, { question });
    },
  };
}

/** The host's own name servers, read once. */
function hostServers(): DnsServer[] {
  const servers = [...new Set(getServers())].map(toServer);
  return servers.length > 0 ? servers : [{ address: '127.0.0.1', port: DNS_PORT }];
}

/** `address`, `IPv4:port` or `[IPv6]:port`, as Node writes them. */
function toServer(text: string): DnsServer {
  if (isIP(text) !== 0) return { address: text, port: DNS_PORT };
  const [, address = text, port = String(DNS_PORT)] = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(text) ?? [];
  return { address, port: Number(port) };
}

function joined<T>(inFlight: Map<string, Promise<T>>, key: string, start: () => Promise<T>): Promise<T> {
  const running = inFlight.get(key);
  if (running !== undefined) return running;
  const promise = start().finally(() => inFlight.delete(key));
  inFlight.set(key, promise);
  return promise;
}

interface Heard {
  readonly outcome: DnsOutcome;
  readonly ttlSeconds: number;
}

/** Asks one server after the other, in rounds, until one knows. */
async function askServers(
  question: DnsQuestion,
  { servers, timeoutMs, attempts }: Required<Pick<ResolverOptions, 'timeoutMs' | 'attempts'>> & {
    readonly servers: readonly DnsServer[];
  },
): Promise<Heard> {
  let code = 'ETIMEOUT';
  for (let round = 0; round < attempts; round++) {
    for (const server of servers) {
      try {
        const answer = await exchange(question, { server, timeoutMs });
        if (answer.rcode === NO_ERROR || answer.rcode === NAME_ERROR) return toHeard(answer);
        code = CODES[answer.rcode] ?? 'ESERVFAIL';
      } catch (failure) {
        if (!(failure instanceof DnsFailure)) throw failure;
        code = failure.code;
      }
    }
  }
  return { outcome: { found: false, code }, ttlSeconds: FAILURE_TTL_SECONDS };
}

function toHeard({ rcode, values, ttl }: DnsAnswer): Heard {
  if (rcode === NAME_ERROR) return { outcome: { found: false, code: 'ENOTFOUND' }, ttlSeconds: ttl };
  if (values.length === 0) return { outcome: { found: false, code: 'ENODATA' }, ttlSeconds: ttl };
  return { outcome: { found: true, values }, ttlSeconds: ttl };
}

/** Bounds the sockets that are open at the same time; first come, first served. */
class Places {
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  async hold<T>(question: DnsQuestion, work: () => Promise<T>): Promise<T> {
    if (this.#running < MAX_RUNNING) this.#running++;
    else if (this.#waiting.length < MAX_WAITING) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else throw new DnsFailure('EBUSY', { question });
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
