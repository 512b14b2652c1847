// How `mailchute queue` looks into the queues: the embedded file and RabbitMQ are read through this one interface.

/** One queue and the messages that wait in it. */
export interface QueueCount {
  readonly queue: string;
  /** Undefined where RabbitMQ cannot be asked, but there is something else to tell. */
  readonly messages: number | undefined;
  /** Records that wait in the spool for it; missing where there is no spool, undefined when its file cannot be read. */
  readonly spooled?: number | undefined;
}

/** What `get` hands out. */
export interface GetOptions {
  /** At most this many records; undefined: all that are there when the call starts. */
  readonly count: number | undefined;
  /** Removes each record once `onRecord` has resolved for it; without it every record stays. */
  readonly ack: boolean;
}

/**
 * Takes one record's JSON, as published (gzip decoded). When a call rejects, its record and all later ones stay in the
 * queue, and so may earlier ones whose removal was still to be written: a record can come twice, never not at all.
 */
export type OnRecord = (body: Uint8Array) => Promise<void>;

/** Reads the queues of one outlet. */
export interface QueueReader {
  /** Every queue the reader knows, each once, in a stable order. */
  list(): Promise<readonly QueueCount[]>;
  /**
   * Hands out the records of one queue one after the other, oldest first (higher priority before that), and resolves
   * to how many. Rejects with what `onRecord` rejected with, or with a sentence about the queue that a user can act on.
   */
  get(queue: string, options: GetOptions, onRecord: OnRecord): Promise<number>;
  close(): Promise<void>;
}
