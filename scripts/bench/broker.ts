// The benchmark's RabbitMQ: one quorum queue for each contender, counted and emptied after each run.
import { connect } from 'amqplib';
import type { Rabbitmq } from '../../tests/support/rabbitmq.ts';
import type { Store } from './contender.ts';

/** What the benchmark asks the broker for. */
export interface QueueDesk {
  /** Declares the queue as a durable quorum queue. */
  open(name: string): Promise<Store>;
  close(): Promise<void>;
}

/** Connects. */
export async function openQueueDesk(broker: Rabbitmq): Promise<QueueDesk> {
  const connection = await connect(broker.url, { noDelay: true });
  connection.on('error', () => {});
  const channel = await connection.createChannel();
  return {
    open: async (name) => {
      await channel.assertQueue(name, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
      return {
        count: async () => (await channel.checkQueue(name)).messageCount,
        clear: async () => void await channel.purgeQueue(name),
      };
    },
    close: async () => await connection.close(),
  };
}
