// The one interface behind which a record becomes durable: RabbitMQ and the embedded queue both implement it.

import type { KeyClaim } from './key-claim.ts';

/** One record, encoded and addressed; chosen id, so that a retry is recognisable. */
export interface EncodedRecord {
  /** AMQP message-id and the JSON `message-id`. */
  readonly id: string;
  readonly recipient: string;
  /** Queue name, which is also the routing key. */
  readonly queue: string;
  /** AMQP priority; undefined when the record has none. */
  readonly priority: number | undefined;
  /** Unix time in seconds. */
  readonly timestamp: number;
  /** The JSON body in pieces, to be written one after the other; records of one message share pieces. */
  readonly body: readonly Uint8Array[];
  /** Sum of the pieces' lengths in bytes. */
  readonly size: number;
  /** The decoded content, for the received log. */
  readonly content?: ContentFacts;
}

/** What tells the content of a record from others. */
export interface ContentFacts {
  /** In bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Why a record is not known to be durable. */
export type PublishFault =
  | 'too-large' // over rabbitmq-max-message-size: permanent
  | 'nacked'
  | 'returned' // no queue took it
  | 'blocked' // the broker raised an alarm, or the window is full
  | 'timeout' // no confirm in time; may be stored all the same
  | 'unavailable' // no connection, or it went away; may be stored all the same
  | 'full'; // disk or file limit of the embedded queue

/** What became of one record. */
export type PublishResult =
  | { readonly stored: true }
  | { readonly stored: false; readonly fault: PublishFault; readonly detail: string };

/** A record that is not known to be durable. */
export type PublishFailure = Extract<PublishResult, { readonly stored: false }>;

/** Whether records can be taken now, and if not, why (for /readyz and logs). */
export interface OutletHealth {
  readonly ready: boolean;
  readonly reasons: readonly string[];
  /** Where there is a broker: its connections by their state. */
  readonly broker?: BrokerConnections;
}

/** Publishing connections. */
export interface BrokerConnections {
  readonly connected: number;
  /** The broker takes nothing on them, because of an alarm. */
  readonly blocked: number;
  readonly down: number;
}

/** What waits in the spool of one queue. */
export interface SpooledQueue {
  readonly queue: string;
  readonly records: number;
  /** Those among them that RabbitMQ has refused, which are tried again behind the others. */
  readonly setAside: number;
  /** Why one of those was refused. */
  readonly reason?: string;
}

/** What waits in the spool, for all workers of a gateway together. */
export interface SpoolStats {
  /** What spool-maxsize bounds. */
  readonly bytes: number;
  /** The queues that have something in it. */
  readonly queues: readonly SpooledQueue[];
}

/** Where records go. Faults are results, never exceptions. */
export interface Outlet {
  /**
   * Resolves when every record is durable or has failed; results are in the records' order. With the claim of an
   * Idempotency-Key, the records are noted under it when all of them are durable.
   */
  publish(records: readonly EncodedRecord[], claim?: KeyClaim): Promise<readonly PublishResult[]>;
  health(): OutletHealth;
  /** Missing where there is no spool; undefined when its file cannot be read now. */
  spooled?(): SpoolStats | undefined;
  /** Takes nothing new, waits for what is in flight, then closes. */
  drain(): Promise<void>;
  /** Closes at once; what is in flight fails as `unavailable`. */
  close(): Promise<void>;
}

/** The result of a stored record, shared because there is nothing to say about it. */
export const STORED: PublishResult = Object.freeze({ stored: true });
