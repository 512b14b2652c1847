// What the first process of a gateway and its workers say to each other, as JSON over the channel between them.

import type { HoldFacts, HoldRequest } from '../net/holds.ts';
import type { BoundAddress, ListenTarget } from '../net/listen.ts';
import type { Family } from '../telemetry/metrics.ts';
import type { Snapshot } from './config-snapshot.ts';
import type { LookOptions, Overview, ProcessReport } from './overview.ts';

/** Who the worker is, and the configuration as the first process has read it. */
export interface Welcome {
  /** From 1. */
  readonly worker: number;
  readonly workers: number;
  readonly files: Snapshot;
}

/** To a worker. */
export type Note =
  | { readonly kind: 'welcome'; readonly welcome: Welcome }
  | { readonly kind: 'opened'; readonly id: number; readonly door: number; readonly bound: BoundAddress }
  | { readonly kind: 'not-opened'; readonly id: number; readonly reason: string }
  | { readonly kind: 'answer'; readonly id: number; readonly granted: boolean; readonly facts: HoldFacts }
  /** Asks what the worker says about itself. */
  | { readonly kind: 'report'; readonly what: LookOptions }
  /** What the gateway as a whole is like. */
  | { readonly kind: 'told'; readonly id: number; readonly overview: Overview }
  | { readonly kind: 'drain'; readonly signal: string };

/**
 * What a worker gets in one piece, and acknowledges before it gets the next: Deno loses sockets that share the channel with
 * other messages.
 */
export interface Letter {
  readonly notes: readonly Note[];
  /** The port of the connection whose socket comes with the letter. */
  readonly door?: number;
}

/** From a worker, which says hello first. */
export type FromWorker =
  | { readonly kind: 'hello' }
  | { readonly kind: 'open'; readonly id: number; readonly target: ListenTarget }
  /** Its doors are open; the lines say where. */
  | { readonly kind: 'ready'; readonly lines: readonly string[] }
  | { readonly kind: 'failed'; readonly reason: string }
  /** It has the last letter, and the connection that came with it is its own. */
  | { readonly kind: 'received' }
  | { readonly kind: 'take'; readonly id: number; readonly request: HoldRequest }
  /** Gives a hold back, or withdraws the request for it. */
  | { readonly kind: 'drop'; readonly id: number; readonly facts: HoldFacts }
  | { readonly kind: 'reported'; readonly what: LookOptions; readonly report: ProcessReport }
  /** What it has counted so far, without being asked: should it die, this is what is known of it. */
  | { readonly kind: 'counted'; readonly totals: readonly Family[] }
  /** Asks what the gateway as a whole is like. */
  | { readonly kind: 'look'; readonly id: number; readonly what: LookOptions }
  /** It wants no further connections. */
  | { readonly kind: 'leaving' };
