// The queues that a configuration names, for the outlet that fills them and for whoever looks into them.

import type { Config } from '../config/keys.ts';
import type { QueueBounds } from '../queue/queue-bound.ts';

/** Queues and what is special about some of them. */
export interface ConfiguredQueues {
  /** Each once; the inbox comes first. */
  readonly queues: readonly string[];
  readonly bounds: QueueBounds;
}

type QueueKeys = Pick<
  Config,
  'rabbitmq-inbox' | 'rabbitmq-local' | 'rabbitmq-primary' | 'rabbitmq-reports' | 'rabbitmq-refused'
>;

// Strangers decide how much refused mail there is: enough to find out what went wrong, and no more than a disk can bear.
const REFUSED_BOUND = { records: 10_000, bytes: 1024 ** 3 };

/** Every queue that records may go to. */
export function toConfiguredQueues(config: QueueKeys): ConfiguredQueues {
  const refused = config['rabbitmq-refused'];
  const names = [
    config['rabbitmq-inbox'],
    config['rabbitmq-local'],
    config['rabbitmq-primary'],
    config['rabbitmq-reports'],
    refused,
  ];
  return {
    queues: [...new Set(names.filter((name) => name !== undefined))],
    bounds: new Map(refused === undefined ? [] : [[refused, REFUSED_BOUND]]),
  };
}
