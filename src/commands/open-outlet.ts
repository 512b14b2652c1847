// From configuration to outlet: RabbitMQ when an address is set, else the embedded queue.

import type { Config } from '../config/keys.ts';
import { connectAmqpOutlet } from '../queue/amqp.ts';
import { lockQueueFile } from '../queue/embedded-lock.ts';
import { openEmbeddedOutlet } from '../queue/embedded.ts';
import type { Outlet } from '../queue/outlet.ts';
import type { Log } from '../telemetry/log.ts';
import { toConfiguredQueues } from './configured-queues.ts';

/** How one of several processes opens it. */
export interface OpenOutletOptions {
  /** Whether this process takes the lock of the queue file; true when left out. */
  readonly exclusive?: boolean;
  /** Its share of rabbitmq-throttle; all of it when left out. */
  readonly throttle?: number;
}

/** Opens the outlet; rejects with a sentence that says what to do when it cannot be used as configured. */
export async function openOutlet(
  config: Config,
  log: Log,
  { exclusive = true, throttle = config['rabbitmq-throttle'] }: OpenOutletOptions = {},
): Promise<Outlet> {
  const { queues, bounds } = toConfiguredQueues(config);
  const maxBytes = config['rabbitmq-max-message-size'];
  if (config['rabbitmq-address'] === undefined) {
    // Until the process ends, however it ends.
    if (exclusive) lockQueueFile(config['queue-path']);
    return openEmbeddedOutlet({ path: config['queue-path'], bounds, log });
  }
  return await connectAmqpOutlet({
    addresses: config['rabbitmq-address'],
    verify: config['rabbitmq-verify'],
    ca: config['rabbitmq-ca'],
    queues,
    bounds,
    exchange: config['rabbitmq-exchange'],
    declare: config['rabbitmq-declare'],
    durable: config['rabbitmq-durable'],
    persistent: config['rabbitmq-persistent'],
    queueType: config['rabbitmq-queue-type'],
    maxPriority: config['rabbitmq-maxpriority'],
    encoding: config['rabbitmq-encoding'],
    throttle,
    publishers: config['rabbitmq-publishers'],
    timeoutMs: config['rabbitmq-timeout'] * 1000,
    maxMessageBytes: maxBytes,
    log,
  });
}
