// From configuration to queue reader: RabbitMQ when an address is set, with its spool, else the embedded queue's file.

import type { Config } from '../config/keys.ts';
import { connectAmqpReader } from '../queue/amqp-reader.ts';
import { openEmbeddedReader } from '../queue/embedded-reader.ts';
import type { QueueReader } from '../queue/reader.ts';
import { openSpoolReader } from '../queue/spool-reader.ts';
import { toConfiguredQueues } from './configured-queues.ts';

/** Options of `openReader`. */
export interface OpenReaderOptions {
  /** Whether records will be acknowledged. */
  readonly ack: boolean;
  /** Gets sentences for the user that are no errors. */
  readonly onWarning: (sentence: string) => void;
}

/** Opens the reader; rejects with a sentence that says what to do. */
export async function openReader(config: Config, { ack, onWarning }: OpenReaderOptions): Promise<QueueReader> {
  const { queues } = toConfiguredQueues(config);
  const addresses = config['rabbitmq-address'];
  if (addresses === undefined) return openEmbeddedReader({ path: config['queue-path'], queues, ack });
  const connect = () =>
    connectAmqpReader({
      addresses,
      verify: config['rabbitmq-verify'],
      ca: config['rabbitmq-ca'],
      queues,
      onWarning,
    });
  if (config.spool === 'off') return await connect();
  return await openSpoolReader({ path: config['queue-path'], queues, connect, onWarning });
}
