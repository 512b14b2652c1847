// How much a queue may hold whose records were promised to nobody: when it is full, the oldest give way to new ones.

/** The most a queue holds. */
export interface QueueBound {
  readonly records: number;
  /** Of the encoded records together. */
  readonly bytes: number;
}

/** The bounds of the queues that have one, by name. */
export type QueueBounds = ReadonlyMap<string, QueueBound>;
