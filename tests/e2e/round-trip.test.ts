// Every content by every client through RabbitMQ and back: the published bytes are the sender's bytes and our Received.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { drainQueue } from '../support/amqp-drain.ts';
import { CONTENTS } from '../support/contents.ts';
import { type Gateway, removeGateway, startGateway } from '../support/gateway.ts';
import { CLIENTS, type MailClient } from '../support/mail-clients.ts';
import { type Rabbitmq, startRabbitmq } from '../support/rabbitmq.ts';
import { assertRecord } from '../support/validate-record.ts';

const RECEIVED = /^Received: from [^\r]+\r\n\tby mx\.example\.org with [^\r]+ id ([0-9A-Z]+);\r\n\t[^\r]+\r\n/;

let broker: Rabbitmq;
let gateway: Gateway;
before(async () => {
  broker = await startRabbitmq();
  gateway = await startGateway({ config: { 'rabbitmq-address': broker.url } });
});
after(async () => {
  if (gateway !== undefined) await removeGateway(gateway);
  await broker?.stop();
});

/** SMTP ends content with a line end, so a client adds the missing one; HTTP has no such rule. */
function asSent(content: Buffer, { door }: MailClient): Buffer {
  const isComplete = content.subarray(-2).toString('latin1') === '\r\n';
  return door === 'http' || isComplete ? content : Buffer.concat([content, Buffer.from('\r\n')]);
}

function decodeMime(record: { readonly [name: string]: unknown }): Buffer {
  return Buffer.from(String(record['mime']), record['mime-encoding'] === 'base64' ? 'base64' : 'utf8');
}

for (const client of CLIENTS) {
  for (const { name, bytes } of CONTENTS.filter((content) => !client.changes.includes(content.name))) {
    test(`${client.name} (${client.door}) brings ${name} through RabbitMQ byte for byte`, async () => {
      const [from, to] = ['sender@example.com', 'rcpt@example.org'];
      await client.send({ ports: gateway.ports, content: bytes, from, to, directory: gateway.directory });
      const [message, ...others] = await drainQueue(broker.url, 'inbox');
      assert.ok(message !== undefined && others.length === 0, 'one record for one recipient');
      const record = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(message.body));
      assertRecord(record);
      assert.deepEqual([record.envelope, record.recipient, record['message-id']], [from, to, message.id]);
      const mime = decodeMime(record);
      const [received = '', id] = RECEIVED.exec(mime.toString('latin1')) ?? [];
      assert.equal(id, message.id);
      const rest = mime.subarray(received.length);
      assert.ok(rest.equals(asSent(bytes, client)), 'the content is what the client sent');
      assert.equal(record.size, mime.length);
      assert.equal(record.sha256, createHash('sha256').update(mime).digest('hex'));
    });
  }
}
