// The window of publishes in flight, bounded in records and in bytes; what does not fit waits its turn, for a limited time.

import type { Publication } from './amqp-publication.ts';
import { Deadlines } from './deadlines.ts';
import type { PublishResult } from './outlet.ts';

/** Bounds of the window. */
export interface AmqpWindowOptions {
  /** Publishes that may await their confirm (MailerQ: rabbitmq-throttle). */
  readonly maxRecords: number;
  /** Bytes of all of them together; a larger single record passes when it is alone. */
  readonly maxBytes: number;
  /** How long a publication may wait for its place. */
  readonly timeoutMs: number;
  /** Gets each publication when its place is free; `leave` gives the place back. */
  readonly onEnter: (publication: Publication) => void;
}

/** First come, first served; nothing overtakes. */
export class AmqpWindow {
  readonly #options: AmqpWindowOptions;
  readonly #waiting: Deadlines<Publication>;
  #records = 0;
  #bytes = 0;
  #admitting = false;

  constructor(options: AmqpWindowOptions) {
    this.#options = options;
    this.#waiting = new Deadlines(options.timeoutMs, ({ settle }) => {
      const detail = `no place in the window of publishes in flight for ${options.timeoutMs} ms`;
      settle({ stored: false, fault: 'blocked', detail });
    });
  }

  /** Publications that wait for a place. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Publications that have a place. */
  get inFlight(): number {
    return this.#records;
  }

  /** Lets a publication in, now or when its turn comes; it is settled as `blocked` when that takes too long. */
  enter(publication: Publication): void {
    if (this.#waiting.size === 0 && this.#fits(publication)) {
      this.#take(publication);
    } else {
      this.#waiting.add(publication);
    }
  }

  /** Gives back the place of a publication that went through `onEnter`. */
  leave({ size }: Publication): void {
    this.#records -= 1;
    this.#bytes -= size;
    this.#admit();
  }

  /** Settles everything that waits. */
  failWaiting(result: PublishResult): void {
    for (const { settle } of this.#waiting.clear()) settle(result);
  }

  #fits({ size }: Publication): boolean {
    if (this.#records === 0) return true;
    return this.#records < this.#options.maxRecords && this.#bytes + size <= this.#options.maxBytes;
  }

  #take(publication: Publication): void {
    this.#records += 1;
    this.#bytes += publication.size;
    this.#options.onEnter(publication);
  }

  #admit(): void {
    // A publication that fails while it enters leaves at once: without the guard that would recurse through all of them.
    if (this.#admitting) return;
    this.#admitting = true;
    for (const publication of this.#waiting) {
      if (!this.#fits(publication)) break;
      this.#waiting.delete(publication);
      this.#take(publication);
    }
    this.#admitting = false;
  }
}
