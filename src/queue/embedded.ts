// The outlet without a broker: publishes of the same moment become one transaction of the queue file (group commit).

import type { EventFields, Log } from '../telemetry/log.ts';
import { isBusy, toPublishFailure } from './embedded-fault.ts';
import { type EmbeddedStore, type EmbeddedStoreOptions, LostClaimError, openEmbeddedStore } from './embedded-store.ts';
import type { KeyClaim } from './key-claim.ts';
import {
  type EncodedRecord,
  type Outlet,
  type OutletHealth,
  type PublishFailure,
  type PublishResult,
  STORED,
} from './outlet.ts';

/** Options of `openEmbeddedOutlet`. */
export interface EmbeddedOutletOptions extends EmbeddedStoreOptions {
  /** Key queue-path. */
  readonly path: string;
  readonly log: Log;
  /** What events call it. */
  readonly name?: 'embedded' | 'spool';
}

/** One call of `publish` that waits for its transaction. */
interface Waiting {
  readonly records: readonly EncodedRecord[];
  readonly claim: KeyClaim | undefined;
  readonly size: number;
  readonly since: number;
  readonly resolve: (results: readonly PublishResult[]) => void;
}

// Bounds one stop of the event loop; a single larger publish still goes in one transaction.
const GROUP_BYTES = 8 * 1024 * 1024;
const LOCKED_RETRY_MS = 20;
const LOCKED_LIMIT_MS = 10_000;
const PROBE_INTERVAL_MS = 1_000;

/** Opens the embedded queue for publishing, creates its file when missing; throws `QueueFileError`. */
export function openEmbeddedOutlet({ path, log, name = 'embedded', ...options }: EmbeddedOutletOptions): Outlet {
  return new EmbeddedOutlet(openEmbeddedStore(path, options), { log, name });
}

class EmbeddedOutlet implements Outlet {
  readonly #store: EmbeddedStore;
  readonly #log: Log;
  readonly #name: string;
  #waiting: Waiting[] = [];
  #scheduled = false;
  #open = true;
  #closed = false;
  #fault: string | undefined;
  #probeTimer: ReturnType<typeof setTimeout> | undefined;
  #whenIdle: (() => void)[] = [];

  constructor(store: EmbeddedStore, { log, name }: Required<Pick<EmbeddedOutletOptions, 'log' | 'name'>>) {
    this.#store = store;
    this.#log = log;
    this.#name = name;
    this.#emit('outlet.ready');
  }

  publish(records: readonly EncodedRecord[], claim?: KeyClaim): Promise<readonly PublishResult[]> {
    if (!this.#open) return Promise.resolve(records.map(() => this.#stopping()));
    const size = records.reduce((sum, record) => sum + record.size, 0);
    return new Promise((resolve) => {
      this.#waiting.push({ records, claim, size, since: performance.now(), resolve });
      this.#schedule(0);
    });
  }

  health(): OutletHealth {
    if (!this.#open) return { ready: false, reasons: [this.#stopping().detail] };
    return this.#fault === undefined ? { ready: true, reasons: [] } : { ready: false, reasons: [this.#fault] };
  }

  async drain(): Promise<void> {
    this.#open = false;
    if (this.#waiting.length > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    await this.close();
  }

  close(): Promise<void> {
    this.#open = false;
    if (!this.#closed) {
      this.#closed = true;
      clearTimeout(this.#probeTimer);
      for (const waiting of this.#waiting.splice(0)) settle(waiting, this.#stopping());
      this.#wakeIdle();
      this.#store.close();
    }
    return Promise.resolve();
  }

  #schedule(delayMs: number): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // An immediate runs after the I/O of this turn of the event loop, which may bring further messages.
    if (delayMs === 0) setImmediate(() => this.#flush());
    else setTimeout(() => this.#flush(), delayMs);
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#closed) return;
    const group = this.#takeGroup();
    const locked = this.#commit(group);
    if (locked) this.#waiting.unshift(...group);
    if (this.#waiting.length > 0) this.#schedule(locked ? LOCKED_RETRY_MS : 0);
    else this.#wakeIdle();
  }

  #takeGroup(): Waiting[] {
    let size = 0;
    const end = this.#waiting.findIndex((waiting, index) => {
      size += waiting.size;
      return index > 0 && size > GROUP_BYTES;
    });
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
  }

  /** Settles the group; true when it has to be tried again because another process holds the file's lock. */
  #commit(group: readonly Waiting[]): boolean {
    try {
      const claimed = group.flatMap(({ claim, records }) => claim === undefined ? [] : [{ claim, records }]);
      this.#store.write(group.flatMap(({ records }) => records), claimed);
    } catch (error) {
      const [oldest] = group;
      if (isBusy(error) && oldest !== undefined && performance.now() - oldest.since < LOCKED_LIMIT_MS) return true;
      this.#fail(group, error);
      return false;
    }
    for (const waiting of group) settle(waiting, STORED);
    this.#recover();
    return false;
  }

  #fail(group: readonly Waiting[], error: unknown): void {
    const failure = toPublishFailure(this.#store.path, error);
    const [first, ...others] = group;
    const isOnesFault = failure.fault === 'full' || error instanceof LostClaimError;
    if (first !== undefined && others.length > 0 && isOnesFault) {
      // What does not fit together may fit alone: one large message must not turn its neighbours away.
      for (const waiting of group) this.#commit([{ ...waiting, since: -Infinity }]);
      return;
    }
    for (const waiting of group) settle(waiting, failure);
    const records = group.reduce((sum, waiting) => sum + waiting.records.length, 0);
    this.#emit('outlet.publish-failed', { fault: failure.fault, detail: failure.detail, records });
    this.#probe();
  }

  /** Finds out whether the trouble is the file's or was that one group's; asks again until the file is well. */
  #probe(): void {
    clearTimeout(this.#probeTimer);
    if (this.#closed) return;
    try {
      this.#store.probe();
      this.#recover();
    } catch (error) {
      const { detail } = toPublishFailure(this.#store.path, error);
      if (this.#fault === undefined) this.#emit('outlet.unavailable', { reason: detail });
      this.#fault = detail;
      this.#probeTimer = setTimeout(() => this.#probe(), PROBE_INTERVAL_MS);
      this.#probeTimer.unref();
    }
  }

  #recover(): void {
    if (this.#fault === undefined) return;
    clearTimeout(this.#probeTimer);
    this.#fault = undefined;
    this.#emit('outlet.ready');
  }

  #wakeIdle(): void {
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  #stopping(): PublishFailure {
    return { stored: false, fault: 'unavailable', detail: `queue-path ${this.#store.path}: the gateway is stopping` };
  }

  #emit(event: 'outlet.ready' | 'outlet.unavailable' | 'outlet.publish-failed', fields: EventFields = {}): void {
    this.#log.emit(event, { outlet: this.#name, path: this.#store.path, ...fields });
  }
}

function settle({ records, resolve }: Waiting, result: PublishResult): void {
  resolve(records.map(() => result));
}
