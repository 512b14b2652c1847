// What the HTTP door is measured against: a bare Hono handler that reads JSON, publishes it with a confirm, and answers.
import { Buffer } from 'node:buffer';
import process from 'node:process';
import { serve } from '@hono/node-server';
import { connect } from 'amqplib';
import { Hono } from 'hono';

/** As the gateway has it (rabbitmq-throttle). */
const WINDOW = 1000;

const [url = '', queue = ''] = process.argv.slice(2);
const connection = await connect(url, { noDelay: true });
const channel = await connection.createConfirmChannel();
await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
const waiting: (() => void)[] = [];
let unconfirmed = 0;
let next = 0;

/** Resolves when the broker has the record. */
async function publish(id: string, record: object): Promise<void> {
  if (unconfirmed >= WINDOW) await new Promise<void>((resolve) => waiting.push(resolve));
  unconfirmed++;
  const properties = { contentType: 'application/json', deliveryMode: 2, messageId: id, mandatory: true };
  const body = Buffer.from(JSON.stringify(record));
  await new Promise<void>((resolve, reject) => {
    channel.publish('', queue, body, properties, (error) => {
      unconfirmed--;
      waiting.shift()?.();
      if (error === null || error === undefined) resolve();
      else reject(error instanceof Error ? error : new Error('not confirmed'));
    });
  });
}

const app = new Hono();
app.post('/v1/messages', async (c) => {
  const { envelope, recipient, mime } = await c.req.json<{ envelope: string; recipient: string; mime: string }>();
  const id = (next++).toString(36).toUpperCase();
  await publish(id, { 'message-id': id, envelope, recipient, mime });
  return c.json({ id, records: [{ 'message-id': id, recipient, queue }] }, 202);
});
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => process.stdout.write(`${port}\n`));
