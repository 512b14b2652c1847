// Opens readers of a real RabbitMQ for tests, and fills and reads queues in one line.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import type { TestContext } from 'node:test';
import { connectAmqpReader } from '../../src/queue/amqp-reader.ts';
import type { QueueReader } from '../../src/queue/reader.ts';
import { until } from './amqp-outlet.ts';
import { type RealBroker, realBrokerUrl } from './real-broker.ts';

/** Declaration of a quorum queue. */
export const QUORUM = { arguments: { 'x-queue-type': 'quorum' } } as const;

/** An open reader and what it warned of. */
export interface OpenReader {
  readonly reader: QueueReader;
  readonly warnings: string[];
}

/** Connects a reader that the test's end closes. */
export async function openReader(
  context: TestContext,
  queues: readonly string[],
  url = realBrokerUrl(),
): Promise<OpenReader> {
  const warnings: string[] = [];
  const onWarning = (sentence: string) => void warnings.push(sentence);
  const reader = await connectAmqpReader({ addresses: [url], verify: true, ca: undefined, queues, onWarning });
  context.after(() => reader.close());
  return { reader, warnings };
}

/** Publishes bodies, which are their own message ids, and waits until they are there. */
export async function fill({ channel }: RealBroker, queue: string, bodies: readonly string[]): Promise<void> {
  for (const body of bodies) channel.sendToQueue(queue, Buffer.from(body), { messageId: body, persistent: true });
  await until(async () => (await channel.checkQueue(queue)).messageCount === bodies.length, 'the queue is filled');
}

/** Everything that one call of `get` hands out. */
export async function read(
  reader: QueueReader,
  queue: string,
  options: { count?: number; ack?: boolean } = {},
): Promise<string[]> {
  const bodies: string[] = [];
  const { count = undefined, ack = false } = options;
  const given = await reader.get(queue, { count, ack }, async (body) => void bodies.push(Buffer.from(body).toString()));
  assert.equal(given, bodies.length);
  return bodies;
}
