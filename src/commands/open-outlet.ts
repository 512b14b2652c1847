// From configuration to outlet: RabbitMQ when an address is set, with a spool when asked for, else the embedded queue.

import type { Config } from '../config/keys.ts';
import type { Room } from '../net/content-room.ts';
import { type AmqpOutletOptions, type AmqpTuning, connectAmqpOutlet } from '../queue/amqp.ts';
import { lockQueueFile } from '../queue/embedded-lock.ts';
import { openEmbeddedOutlet } from '../queue/embedded.ts';
import type { Outlet } from '../queue/outlet.ts';
import { openSpoolOutlet } from '../queue/spool.ts';
import type { Log } from '../telemetry/log.ts';
import { toConfiguredQueues } from './configured-queues.ts';
import { createContentRoom } from './gateway-part.ts';
import { toWindowBytes } from './memory-shares.ts';

/** How one of several processes opens it. */
export interface OpenOutletOptions {
  /** Whether this process takes the lock of the queue file; true when left out. */
  readonly exclusive?: boolean;
  /** Its share of rabbitmq-throttle; all of it when left out. */
  readonly throttle?: number;
  /** Its share of the bytes on their way to the broker; all of them when left out. */
  readonly windowBytes?: number;
  /** For what is in memory on its way out of the spool; a room of its own when left out. */
  readonly room?: Room;
}

/** Opens the outlet; rejects with a sentence that says what to do when it cannot be used as configured. */
export async function openOutlet(
  config: Config,
  log: Log,
  {
    exclusive = true,
    throttle = config['rabbitmq-throttle'],
    windowBytes = toWindowBytes(config),
    room = createContentRoom(config),
  }: OpenOutletOptions = {},
): Promise<Outlet> {
  const { 'queue-path': path, 'rabbitmq-address': addresses } = config;
  // Until the process ends, however it ends.
  if (exclusive && usesQueueFile(config)) lockQueueFile(path);
  const { bounds } = toConfiguredQueues(config);
  if (addresses === undefined) return openEmbeddedOutlet({ path, bounds, log });
  const connect = (log: Log) => connectAmqpOutlet(toAmqpOptions(config, { addresses, throttle, windowBytes, log }));
  if (config.spool === 'off') return await connect(log);
  return await openSpoolOutlet({ path, maxBytes: config['spool-maxsize'], bounds, room, connect, log });
}

/** Whether records go to the file in queue-path, always or at times. */
export function usesQueueFile(config: Config): boolean {
  return config['rabbitmq-address'] === undefined || config.spool === 'on';
}

function toAmqpOptions(
  config: Config,
  { addresses, throttle, windowBytes, log }:
    & Pick<AmqpOutletOptions, 'addresses' | 'throttle' | 'log'>
    & Pick<AmqpTuning, 'windowBytes'>,
): AmqpOutletOptions {
  const { queues, bounds } = toConfiguredQueues(config);
  return {
    addresses,
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
    maxMessageBytes: config['rabbitmq-max-message-size'],
    log,
    tuning: { windowBytes },
  };
}
