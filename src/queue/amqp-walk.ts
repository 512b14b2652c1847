// Walks through one queue of RabbitMQ record by record, and leaves what it does not take as it was.

import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Channel, ChannelModel, GetMessage } from 'amqplib';
import { onChannel } from './amqp-connection.ts';
import { toBrokerText } from './amqp-failure.ts';
import type { OnRecord } from './reader.ts';

/** One walk. */
export interface Walk {
  readonly queue: string;
  /** Records at most. */
  readonly wanted: number;
  /** Takes each record once `onRecord` has resolved for it. */
  readonly ack: boolean;
  /** The queue drops a message that comes back more often than this; Infinity: it does not count. */
  readonly deliveryLimit: number;
  readonly onRecord: OnRecord;
  readonly onWarning: (sentence: string) => void;
}

/** Deliveries that are left to others when a walk without `ack` stops. */
const SPARED_DELIVERIES = 2;

const decompress = promisify(gunzip);

/**
 * Hands out records one after the other and resolves to how many. What is not acknowledged returns to the queue at the
 * end, which a quorum queue counts as a failed delivery: a walk that only looks stops at a record that the queue is
 * about to give up, and one that would be dropped by returning is stored anew instead.
 */
export function walkQueue(model: ChannelModel, walk: Walk): Promise<number> {
  const { queue, wanted, ack, deliveryLimit, onWarning } = walk;
  return onChannel(model, async (channel) => {
    const stopAt = ack ? Infinity : Math.max(1, deliveryLimit - SPARED_DELIVERIES);
    for (let given = 0; given < wanted; given++) {
      const message = await channel.get(queue);
      if (message === false) return given;
      const deliveries = toDeliveries(message);
      if (deliveries >= stopAt || (!ack && deliveries >= deliveryLimit)) {
        onWarning(
          `stopped at record ${message.properties.messageId} of queue '${queue}': it was delivered ${deliveries} times ` +
            `before, and the queue drops what comes back more than ${deliveryLimit} times; take records with --ack`,
        );
        await putBack(message, { model, channel, walk });
        return given;
      }
      await hand(message, { model, channel, walk });
    }
    return wanted;
  });
}

interface Place {
  readonly model: ChannelModel;
  readonly channel: Channel;
  readonly walk: Walk;
}

/** Hands out one record; one that could not be handed out goes back. */
async function hand(message: GetMessage, place: Place): Promise<void> {
  const { channel, walk: { ack, onRecord } } = place;
  try {
    await onRecord(await toJson(message));
  } catch (error) {
    await putBack(message, place);
    throw error;
  }
  // Without this the record returns when the channel closes, together with all the others.
  if (ack) channel.ack(message);
}

/** Leaves a message to the end of the channel, unless the queue would then drop it: that one is stored anew. */
async function putBack(message: GetMessage, place: Place): Promise<void> {
  const { channel, walk } = place;
  if (toDeliveries(message) < walk.deliveryLimit) return;
  await storeAnew(message, place);
  channel.ack(message);
  walk.onWarning(`record ${message.properties.messageId} was stored anew at the end of queue '${walk.queue}'`);
}

/** Publishes a copy and waits until it is durable; the original may go then. */
async function storeAnew({ content, properties }: GetMessage, { model, walk: { queue } }: Place): Promise<void> {
  const channel = await model.createConfirmChannel();
  channel.on('error', () => {});
  let returned = false;
  channel.on('return', () => returned = true);
  const { 'x-delivery-count': _, ...headers } = properties.headers ?? {};
  // RabbitMQ takes a user-id only from that user.
  const { userId: _publisher, ...others } = properties;
  channel.sendToQueue(queue, content, { ...others, headers, mandatory: true });
  await channel.waitForConfirms();
  if (returned) throw new Error(`Cannot store record ${properties.messageId} anew: no queue '${queue}'`);
  // Not waited for: a connection that goes meanwhile never answers.
  void channel.close().catch(() => {});
}

/** How often a quorum queue has delivered a message before. */
function toDeliveries({ properties }: GetMessage): number {
  return Number(properties.headers?.['x-delivery-count'] ?? 0);
}

async function toJson({ content, properties: { contentEncoding, messageId } }: GetMessage): Promise<Uint8Array> {
  if (contentEncoding === undefined) return content;
  if (contentEncoding !== 'gzip') {
    throw new Error(`Cannot read record ${messageId}: unknown content-encoding '${contentEncoding}'`);
  }
  try {
    return await decompress(content);
  } catch (error) {
    throw new Error(`Cannot decompress record ${messageId}: ${toBrokerText(error)}`, { cause: error });
  }
}
