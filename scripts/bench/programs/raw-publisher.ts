// The ceiling: publishes bytes over amqplib, confirmed one by one, as fast as its window lets it.
import { Buffer } from 'node:buffer';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { type ConfirmChannel, connect } from 'amqplib';

/** What is published: `window` messages at most wait for their confirm. */
export interface RawLoad {
  readonly bytes: number;
  readonly messages: number;
  readonly window: number;
}

/** How long each message waited for its confirm, in milliseconds. */
export interface RawAnswer {
  readonly waitsMs: Float64Array;
}

const [url = '', queue = ''] = process.argv.slice(2);
const connection = await connect(url, { noDelay: true });
const channel = await connection.createConfirmChannel();

function publish(channel: ConfirmChannel, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { persistent: true, mandatory: true, contentType: 'application/json' };
    channel.publish('', queue, body, options, (error) => error ? reject(error) : resolve());
  });
}

async function run({ bytes, messages, window }: RawLoad): Promise<RawAnswer> {
  const body = Buffer.alloc(bytes, 'x');
  const waitsMs = new Float64Array(messages);
  let next = 0;
  await Promise.all(Array.from({ length: window }, async () => {
    while (next < messages) {
      const index = next++;
      const start = performance.now();
      await publish(channel, body);
      waitsMs[index] = performance.now() - start;
    }
  }));
  return { waitsMs };
}

process.on('message', (load: RawLoad) => {
  run(load).then((answer) => process.send?.(answer), (error) => process.send?.({ fault: String(error) }));
});
process.once('disconnect', () => process.exit());
