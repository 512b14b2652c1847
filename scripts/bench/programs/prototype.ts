// The bare prototype: smtp-server and amqplib with nothing between them, a JSON record and a 250 after its confirm.
import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { type ConfirmChannel, connect } from 'amqplib';
import { SMTPServer } from 'smtp-server';
import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js';

const [url = '', queue = '', port = ''] = process.argv.slice(2);

/** The greeting without the library's wait of 100 ms, which would be all that many short connections measure. */
function greetAtOnce(): void {
  const connection: { init?: unknown } = SMTPConnection.prototype as unknown as { init?: unknown };
  connection.init = function (this: { _setListeners(ready: () => void): void; connectionReady(): void }) {
    this._setListeners(() => this.connectionReady());
  };
}

function publish(channel: ConfirmChannel, record: { readonly [name: string]: unknown }): Promise<void> {
  const body = Buffer.from(JSON.stringify(record));
  return new Promise((resolve, reject) => {
    const options = { persistent: true, mandatory: true, contentType: 'application/json' };
    channel.publish('', queue, body, options, (error) => error ? reject(error) : resolve());
  });
}

greetAtOnce();
const connection = await connect(url, { noDelay: true });
const channel = await connection.createConfirmChannel();
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  size: 128 * 1024 * 1024,
  onData(stream, session, callback) {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const { mailFrom, rcptTo } = session.envelope;
      const records = rcptTo.map(({ address }) => ({
        'message-id': randomUUID(),
        envelope: mailFrom ? mailFrom.address : undefined,
        recipient: address,
        mime: Buffer.concat(chunks).toString(),
      }));
      Promise.all(records.map((record) => publish(channel, record))).then(() => callback(null), callback);
    });
  },
});
server.on('error', () => {});
server.listen(Number(port), '127.0.0.1');
