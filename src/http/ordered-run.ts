// Runs jobs side by side within bounds and hands out their results in the order in which the jobs were begun.

/** Bounds of what is begun and not handed out yet. */
export interface OrderedRunBounds {
  readonly maxJobs: number;
  /** Sizes of all unfinished jobs together; a larger single one runs alone. */
  readonly maxBytes: number;
}

interface Job {
  result?: string;
}

/** One reader puts jobs in, one takes results out. */
export class OrderedRun {
  readonly #bounds: OrderedRunBounds;
  readonly #jobs: Job[] = [];
  #unfinished = 0;
  #bytes = 0;
  #isEnded = false;
  #isAbandoned = false;
  #changed = Promise.withResolvers<void>();

  constructor(bounds: OrderedRunBounds) {
    this.#bounds = bounds;
  }

  /** Whether every job has its result. */
  get isIdle(): boolean {
    return this.#unfinished === 0;
  }

  /** Whether results wait to be taken. */
  get hasResult(): boolean {
    return this.#jobs[0]?.result !== undefined;
  }

  /** Begins a job of this size once there is room for it, false: it was not begun; the job must not fail. */
  async begin(bytes: number, job: () => Promise<string>): Promise<boolean> {
    while (!this.#isAbandoned && !this.#hasRoom(bytes)) await this.#changed.promise;
    if (this.#isAbandoned) return false;
    const entry: Job = {};
    this.#jobs.push(entry);
    this.#unfinished += 1;
    this.#bytes += bytes;
    void job().then((result) => {
      entry.result = result;
      this.#unfinished -= 1;
      this.#bytes -= bytes;
      this.#notify();
    });
    return true;
  }

  /** Nothing more is begun. */
  end(): void {
    this.#isEnded = true;
    this.#notify();
  }

  /** Nobody takes results any longer: what has begun goes on, and nothing begins. */
  abandon(): void {
    this.#isAbandoned = true;
    this.end();
  }

  /** All results that are next in order, in one text; undefined after the last one. */
  async take(): Promise<string | undefined> {
    while (!this.hasResult) {
      if (this.#isEnded && this.#jobs.length === 0) return undefined;
      await this.#changed.promise;
    }
    const count = this.#jobs.findIndex(({ result }) => result === undefined);
    const taken = this.#jobs.splice(0, count < 0 ? this.#jobs.length : count);
    this.#notify();
    return taken.map(({ result }) => result).join('');
  }

  #hasRoom(bytes: number): boolean {
    const { maxJobs, maxBytes } = this.#bounds;
    return this.#jobs.length < maxJobs && (this.#unfinished === 0 || this.#bytes + bytes <= maxBytes);
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}
