// What became of messages, counted once each: by the pipeline, and by a door for what it refuses before the pipeline.

import type { Counter, Meter } from './meter.ts';

/** Where messages come in. */
export type DoorName = 'smtp' | 'http' | 'cli';

/** What a sender can be told. */
export type Outcome = 'accepted' | 'deferred' | 'rejected';

/** A message that was not taken. */
export interface CountedRefusal {
  readonly outcome: 'deferred' | 'rejected';
  /** A word of a closed set. */
  readonly reason: string;
  readonly recipients: number;
}

/** Counts messages. */
export interface MessageCounts {
  /** One record for each recipient. */
  accepted(door: DoorName, records: readonly { readonly queue: string }[]): void;
  refused(door: DoorName, refusal: CountedRefusal): void;
}

/** The queue of a message whose recipients have several, and of one that goes to none. */
const SEVERAL = 'several';
const NONE = '';
// A queue that the configuration does not name cannot be; were there one, it must not become a label.
const OTHER = 'other';

/** Creates the counts; `queues` are those that the configuration names. */
export function createMessageCounts(meter: Meter, queues: readonly string[]): MessageCounts {
  const known = new Set(queues);
  const bind = (name: 'mailchute_messages_total' | 'mailchute_recipients_total') => {
    const counters = new Map<string, Counter>();
    const find = (door: DoorName, queue: string, outcome: Outcome): Counter => {
      const key = `${door} ${outcome} ${queue}`;
      const counter = counters.get(key) ?? meter.counter(name, { door, queue, outcome });
      counters.set(key, counter);
      return counter;
    };
    for (const door of ['smtp', 'http'] as const) {
      for (const queue of queues) find(door, queue, 'accepted');
      for (const outcome of ['deferred', 'rejected'] as const) find(door, NONE, outcome);
    }
    return find;
  };
  const messages = bind('mailchute_messages_total');
  const recipients = bind('mailchute_recipients_total');
  return {
    accepted(door, records) {
      const first = records[0]?.queue ?? NONE;
      const isOne = records.every(({ queue }) => queue === first);
      messages(door, isOne ? toLabel(first) : SEVERAL, 'accepted').add(1);
      if (isOne) return recipients(door, toLabel(first), 'accepted').add(records.length);
      for (const { queue } of records) recipients(door, toLabel(queue), 'accepted').add(1);
    },
    refused(door, { outcome, reason, recipients: count }) {
      messages(door, NONE, outcome).add(1);
      recipients(door, NONE, outcome).add(count);
      meter.counter('mailchute_refusals_total', { door, outcome, reason }).add(1);
    },
  };

  function toLabel(queue: string): string {
    return known.has(queue) ? queue : OTHER;
  }
}
