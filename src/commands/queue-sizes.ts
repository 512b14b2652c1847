// How much waits in the queue file, for the metrics: counted when somebody looks, but never for long.

import { statSync } from 'node:fs';
import type { Config } from '../config/keys.ts';
import { openEmbeddedReader } from '../queue/embedded-reader.ts';
import type { QueueReader } from '../queue/reader.ts';
import type { Meter } from '../telemetry/meter.ts';
import { toConfiguredQueues } from './configured-queues.ts';

/** The sizes. */
export interface QueueSizes {
  /** Counts again, unless that was done just now. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

// SQLite counts by walking an index. Of a long queue's gateway that takes one percent of the time at most.
const REST = 100;

/** Adds the sizes to the meter; undefined where there is no queue file. */
export function openQueueSizes(config: Config, meter: Meter): QueueSizes | undefined {
  if (config['rabbitmq-address'] !== undefined) return undefined;
  const path = config['queue-path'];
  const { queues } = toConfiguredQueues(config);
  let counts = new Map<string, number>();
  let reader: QueueReader | undefined;
  let nextAt = -Infinity;
  for (const queue of queues) {
    meter.gauge('mailchute_queue_messages', { queue }, () => counts.get(queue) ?? NaN);
  }
  meter.gauge('mailchute_queue_file_bytes', {}, () => sizeOf(path) + sizeOf(`${path}-wal`));
  return {
    async refresh() {
      const startedAt = performance.now();
      if (startedAt < nextAt) return;
      try {
        reader ??= openEmbeddedReader({ path, queues, ack: false });
        counts = new Map((await reader.list()).map(({ queue, messages }) => [queue, messages ?? NaN]));
      } catch {
        // What is wrong with the file is the outlet's to say; its size is not known, and so it is written.
        counts = new Map();
      }
      const endedAt = performance.now();
      nextAt = endedAt + (endedAt - startedAt) * REST;
    },
    async close() {
      await reader?.close();
    },
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
