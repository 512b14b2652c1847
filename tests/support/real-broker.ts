// Gives tests queues of their own on the real RabbitMQ that the test command has started.
import { randomBytes } from 'node:crypto';
import process from 'node:process';
import type { TestContext } from 'node:test';
import { type Channel, type ChannelModel, connect, type Options } from 'amqplib';

/** The broker's URL; throws, and so fails the test, when there is no broker. */
export function realBrokerUrl(): string {
  const url = process.env['MAILCHUTE_TEST_AMQP'];
  if (url === undefined) {
    throw new Error('MAILCHUTE_TEST_AMQP is not set: this test needs a RabbitMQ (npm test starts one)');
  }
  return url;
}

/** A connection past the code under test. */
export interface RealBroker {
  readonly url: string;
  readonly model: ChannelModel;
  readonly channel: Channel;
  /** A name that no other test uses; the queue or exchange of that name is deleted at the end. */
  makeName(): string;
  /** Declares a queue under such a name. */
  declare(options: Options.AssertQueue): Promise<string>;
}

/** Connects to the real broker; everything made here is gone when the test ends. */
export async function openRealBroker(context: TestContext): Promise<RealBroker> {
  const url = realBrokerUrl();
  const model = await connect(url, { noDelay: true });
  model.on('error', () => {});
  const channel = await model.createChannel();
  channel.on('error', () => {});
  const names: string[] = [];
  context.after(async () => {
    for (const name of names) {
      await channel.deleteQueue(name);
      await channel.deleteExchange(name);
    }
    await model.close();
  });
  const makeName = () => {
    const name = `test-${randomBytes(6).toString('hex')}`;
    names.push(name);
    return name;
  };
  const declare = async (options: Options.AssertQueue) => (await channel.assertQueue(makeName(), options)).queue;
  return { url, model, channel, makeName, declare };
}
