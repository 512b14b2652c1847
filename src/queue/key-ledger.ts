// Keeps Idempotency-Keys in SQLite: requests of the same moment share a transaction, and nothing is opened before the first.

import { uptime } from 'node:os';
import type { DatabaseSync } from 'node:sqlite';
import type { StoredRecord } from '../mail/disposition.ts';
import type { Log } from '../telemetry/log.ts';
import { isBusy, toPublishFailure } from './embedded-fault.ts';
import { requireSpace } from './embedded-space.ts';
import type { ClaimEnd, ClaimOutcome, KeyClaim, KeyLedger, KeyRequest } from './key-claim.ts';
import { createKeyOwner, isOwnerGone } from './key-owner.ts';
import {
  createAnswerWriter,
  type KeyTable,
  LEASE_S,
  type Moment,
  openKeyTable,
  type WriteAnswer,
} from './key-table.ts';

/** Options of `createKeyLedger`. */
export interface KeyLedgerOptions {
  /** The database's file. */
  readonly path: string;
  /** Opens it at the first key. */
  readonly open: () => DatabaseSync;
  readonly log: Log;
  /** The time by both clocks, for tests. */
  readonly clock?: () => Moment;
  /** The name of this process, for tests. */
  readonly owner?: string;
}

/** Creates the ledger; does no I/O until it is asked something. */
export function createKeyLedger(options: KeyLedgerOptions): KeyLedger {
  return new SqliteKeyLedger(options);
}

/** The open database. */
interface Book {
  readonly database: DatabaseSync;
  readonly table: KeyTable;
  readonly writeAnswer: WriteAnswer;
}

/** What waits for the next transaction. */
interface Job {
  readonly work: (book: Book, moment: Moment) => void;
  /** Whether the transaction has to be on the disk when it returns. */
  readonly isDurable: boolean;
  readonly since: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const LOCKED_RETRY_MS = 20;
const LOCKED_LIMIT_MS = 10_000;
const RENEW_MS = (LEASE_S * 1000) / 4;
// Bounds one stop of the event loop.
const GROUP_JOBS = 200;

class SqliteKeyLedger implements KeyLedger {
  readonly #options: KeyLedgerOptions;
  readonly #owner: string;
  readonly #clock: () => Moment;
  readonly #held = new Map<string, KeyClaim>();
  #book: Book | undefined;
  #jobs: Job[] = [];
  #scheduled = false;
  #closed = false;
  #renewal: ReturnType<typeof setInterval> | undefined;

  constructor(options: KeyLedgerOptions) {
    this.#options = options;
    this.#owner = options.owner ?? createKeyOwner();
    this.#clock = options.clock ?? (() => ({ nowMs: Date.now(), uptimeS: uptime() }));
  }

  async claim(request: KeyRequest): Promise<ClaimOutcome> {
    let claim: KeyClaim | undefined;
    let outcome: ClaimOutcome | undefined;
    const takeBack = () => void (claim === undefined || this.#held.delete(toName(claim)));
    try {
      await this.#run((book, moment) => {
        // A transaction that is tried again has not happened before.
        takeBack();
        outcome = this.#decide(request, { book, moment });
        claim = outcome.state === 'claimed' ? outcome.claim : undefined;
      });
      return outcome ?? { state: 'running' };
    } catch (error) {
      takeBack();
      return this.#toUnavailable(error);
    }
  }

  answer(claim: KeyClaim, records: readonly StoredRecord[]): Promise<void> {
    return this.#run(({ writeAnswer }) => void writeAnswer(claim, records), { isDurable: true });
  }

  async end(claim: KeyClaim, how: ClaimEnd): Promise<void> {
    this.#held.delete(toName(claim));
    if (this.#held.size === 0) this.#stopRenewing();
    if (how === 'answered') return;
    // What cannot be written now runs out with its lease.
    await this.#run(({ table }) => how === 'deferred' ? table.release(claim) : table.remove(claim))
      .catch((error) => this.#toUnavailable(error));
  }

  close(): void {
    this.#closed = true;
    this.#stopRenewing();
    for (const { reject } of this.#jobs.splice(0)) reject(new Error('the gateway is stopping'));
    this.#book?.database.close();
    this.#book = undefined;
  }

  #decide(
    { scope, body }: KeyRequest,
    { book: { database, table }, moment }: { readonly book: Book; readonly moment: Moment },
  ): ClaimOutcome {
    table.expire(moment);
    const claim = { scope, owner: this.#owner };
    const known = table.find(scope, moment);
    if (known !== undefined && Buffer.compare(known.body, body) !== 0) return { state: 'different' };
    if (known?.answer !== undefined) return { state: 'answered', records: known.answer };
    // The own list knows better than any lease what this process is doing.
    const isRunning = this.#held.has(toName(claim)) ||
      (known?.owner !== undefined && known.owner !== this.#owner && !isOwnerGone(known.owner, this.#owner));
    if (isRunning) return { state: 'running' };
    try {
      requireSpace(database, { path: this.#options.path, bytes: 0 });
    } catch (error) {
      return this.#toUnavailable(error);
    }
    table.claim({ scope, body, owner: this.#owner }, moment);
    this.#held.set(toName(claim), claim);
    this.#startRenewing();
    return { state: 'claimed', claim };
  }

  #toUnavailable(error: unknown): ClaimOutcome & { readonly state: 'unavailable' } {
    const { fault, detail } = toPublishFailure(this.#options.path, error);
    this.#options.log.emit('idempotency.unavailable', { path: this.#options.path, detail });
    return { state: 'unavailable', fault: fault === 'full' ? 'full' : 'unavailable', detail };
  }

  #run(work: Job['work'], { isDurable = false }: Partial<Pick<Job, 'isDurable'>> = {}): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('the gateway is stopping'));
    return new Promise((resolve, reject) => {
      this.#jobs.push({ work, isDurable, since: performance.now(), resolve, reject });
      this.#schedule(0);
    });
  }

  #schedule(delayMs: number): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    if (delayMs === 0) setImmediate(() => this.#flush());
    else setTimeout(() => this.#flush(), delayMs);
  }

  #flush(): void {
    this.#scheduled = false;
    const group = this.#jobs.splice(0, GROUP_JOBS);
    const [oldest] = group;
    if (this.#closed || oldest === undefined) return;
    let isLocked = false;
    try {
      this.#transact(group);
      for (const { resolve } of group) resolve();
    } catch (error) {
      isLocked = isBusy(error) && performance.now() - oldest.since < LOCKED_LIMIT_MS;
      if (isLocked) this.#jobs.unshift(...group);
      else for (const { reject } of group) reject(error);
    }
    if (this.#jobs.length > 0) this.#schedule(isLocked ? LOCKED_RETRY_MS : 0);
  }

  #transact(group: readonly Job[]): void {
    const book = this.#book ??= openBook(this.#options.open());
    const { database } = book;
    const moment = this.#clock();
    // A claim that a power cut takes back was nobody's promise; an answer is one.
    database.exec(`PRAGMA synchronous = ${group.some(({ isDurable }) => isDurable) ? 'FULL' : 'NORMAL'}`);
    database.exec('BEGIN IMMEDIATE');
    try {
      for (const { work } of group) work(book, moment);
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }

  #startRenewing(): void {
    if (this.#renewal !== undefined) return;
    this.#renewal = setInterval(() => this.#renew(), RENEW_MS);
    this.#renewal.unref();
  }

  #stopRenewing(): void {
    clearInterval(this.#renewal);
    this.#renewal = undefined;
  }

  #renew(): void {
    this.#run(({ table }, moment) => {
      for (const claim of this.#held.values()) table.renew(claim, moment);
    }).catch((error) => this.#toUnavailable(error));
  }
}

/** A key's name in the list of this process. */
function toName({ scope }: KeyClaim): string {
  return Buffer.from(scope).toString('latin1');
}

function openBook(database: DatabaseSync): Book {
  try {
    return { database, table: openKeyTable(database), writeAnswer: createAnswerWriter(database) };
  } catch (error) {
    database.close();
    throw error;
  }
}
