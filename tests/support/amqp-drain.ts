// Takes everything out of a queue of a real RabbitMQ, the way a consumer would.
import { type Channel, connect } from 'amqplib';

/** One message as the broker hands it out. */
export interface DrainedMessage {
  readonly id: string;
  readonly body: Buffer;
  readonly properties: { readonly [name: string]: unknown };
}

/** Connects, runs `use` with a channel, and disconnects. */
export async function withChannel<T>(url: string, use: (channel: Channel) => Promise<T>): Promise<T> {
  const connection = await connect(url);
  connection.on('error', () => {});
  try {
    const channel = await connection.createChannel();
    channel.on('error', () => {});
    return await use(channel);
  } finally {
    await connection.close().catch(() => {});
  }
}

/** Consumes and acknowledges everything that is in the queue now. */
export function drainQueue(url: string, queue: string): Promise<DrainedMessage[]> {
  return withChannel(url, async (channel) => {
    const { messageCount } = await channel.checkQueue(queue);
    const messages: DrainedMessage[] = [];
    if (messageCount === 0) return messages;
    await channel.prefetch(500);
    const consumerTag = 'drain';
    await new Promise<void>((resolve, reject) => {
      channel.once('close', () => reject(new Error(`channel closed while draining ${queue}`)));
      channel.consume(queue, (message) => {
        if (message === null) return reject(new Error(`consumer of ${queue} cancelled`));
        const { properties, content } = message;
        messages.push({ id: String(properties.messageId), body: content, properties: { ...properties } });
        channel.ack(message);
        if (messages.length === messageCount) resolve();
      }, { consumerTag }).catch(reject);
    });
    // What a late publish may have left behind comes one by one; an empty answer is the end.
    for (let rest = await channel.get(queue); rest !== false; rest = await channel.get(queue)) {
      messages.push({ id: String(rest.properties.messageId), body: rest.content, properties: { ...rest.properties } });
      channel.ack(rest);
    }
    // What came to the consumer during the goodbye would be acknowledged in vain, and be there once more.
    await channel.cancel(consumerTag);
    // The goodbye of the connection may overtake acknowledgements, an answer on the channel does not.
    await channel.checkQueue(queue);
    return messages;
  });
}
