// Bounds how much of something expensive happens at the same time: a few run, some wait, the rest is turned away.

/** Options of `Turns`. */
export interface TurnsOptions {
  readonly running: number;
  readonly waiting: number;
}

/** A queue for so many at a time, first come, first served. */
export class Turns {
  readonly #limits: TurnsOptions;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limits: TurnsOptions) {
    this.#limits = limits;
  }

  /** Does the work when it is its turn; rejects when too many wait already or the signal aborts first. */
  async take<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    if (this.#running < this.#limits.running) this.#running++;
    else await this.#wait(signal);
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }

  async #wait(signal: AbortSignal): Promise<void> {
    if (this.#waiting.length >= this.#limits.waiting) throw new Error('too many logins are waiting');
    const turn = Promise.withResolvers<void>();
    const onTurn = () => turn.resolve();
    const onAbort = () => {
      const place = this.#waiting.indexOf(onTurn);
      if (place < 0) return;
      this.#waiting.splice(place, 1);
      turn.reject(signal.reason);
    };
    this.#waiting.push(onTurn);
    signal.addEventListener('abort', onAbort, { once: true });
    await turn.promise.finally(() => signal.removeEventListener('abort', onAbort));
  }
}
