// The load of the chaos suite: clients at both doors that can be asked, while they run, what has been promised so far.
import { type HttpLoadResult, runHttpLoad } from '../http-load.ts';
import { type LoadResult, runLoad } from '../smtp-load.ts';

/** Where to and how much. */
export interface ChaosLoadOptions {
  readonly ports: { readonly smtp: number; readonly http: number };
  readonly sessions?: number;
  readonly clients?: number;
  /** Between two messages of one client. */
  readonly pauseMs?: number;
}

/** What all clients together saw. */
export interface LoadReport {
  readonly ids: readonly string[];
  /** Ids whose HTTP request was sent more than once. */
  readonly repeated: ReadonlySet<string>;
  /** 4xx replies and 503 answers by their text. */
  readonly refusals: ReadonlyMap<string, number>;
  /** Sessions that were told 421 between two transactions. */
  readonly turnedAway: number;
  /** Transactions and requests that ended without their reply. */
  readonly cut: number;
}

const WAIT_MS = 90_000;
const ENDLESS = 1_000_000;
// Each has a record of its own, and one 250 promises both.
const RECIPIENTS = 2;

/** A load that runs until it is stopped. */
export class ChaosLoad {
  readonly #stop = new AbortController();
  readonly #smtp: Promise<LoadResult>;
  readonly #http: Promise<HttpLoadResult>;
  readonly #waiters = new Set<() => void>();
  accepted = 0;
  refused = 0;

  constructor({ ports, sessions = 4, clients = 3, pauseMs = 15 }: ChaosLoadOptions) {
    const shared = { pauseMs, signal: this.#stop.signal, onReply: (promised: number) => this.#note(promised) };
    const smtp = { sessions, recipients: RECIPIENTS, messages: ENDLESS, reconnect: true };
    this.#smtp = runLoad({ ...shared, ...smtp, port: ports.smtp });
    this.#http = runHttpLoad({ ...shared, port: ports.http, clients });
  }

  /** Resolves when as many more have been accepted; rejects when that takes too long. */
  untilAccepted(more: number): Promise<void> {
    const enough = this.accepted + more;
    return this.#until(() => this.accepted >= enough, `${more} more to be accepted`);
  }

  /** Resolves when as many more have been refused; rejects when that takes too long. */
  untilRefused(more: number): Promise<void> {
    const enough = this.refused + more;
    return this.#until(() => this.refused >= enough, `${more} more to be refused`);
  }

  /** Milliseconds from now, when a fault has just been mended, to the next promise. */
  async recovery(): Promise<number> {
    const startedAt = performance.now();
    await this.untilAccepted(1);
    return performance.now() - startedAt;
  }

  /** Ends the load and waits for the last replies. */
  async stop(): Promise<LoadReport> {
    this.#stop.abort();
    const [smtp, http] = await Promise.all([this.#smtp, this.#http]);
    return {
      ids: [...smtp.ids, ...http.ids],
      repeated: http.repeated,
      refusals: new Map([...smtp.refusals, ...http.refusals]),
      turnedAway: smtp.turnedAway,
      cut: smtp.cut + http.cut,
    };
  }

  #note(promised: number): void {
    if (promised > 0) this.accepted += promised;
    else this.refused++;
    for (const look of this.#waiters) look();
  }

  #until(isMet: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(look);
        reject(new Error(`waited ${WAIT_MS / 1000} s for ${what}: ${this.accepted} accepted, ${this.refused} refused`));
      }, WAIT_MS);
      const look = () => {
        if (!isMet()) return;
        this.#waiters.delete(look);
        clearTimeout(timer);
        resolve();
      };
      this.#waiters.add(look);
      look();
    });
  }
}
