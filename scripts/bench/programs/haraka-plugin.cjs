// Haraka's plugin of the benchmark: publishes the message as a JSON record and says 250 after its confirm.
'use strict';

const amqplib = require('amqplib');
const { randomUUID } = require('node:crypto');
const { env } = require('node:process');

let channel;

exports.register = function () {
  this.register_hook('init_master', 'open');
  this.register_hook('init_child', 'open');
  this.register_hook('rcpt', 'take');
  this.register_hook('queue', 'publish');
};

exports.open = async function (next) {
  const connection = await amqplib.connect(env.BENCH_AMQP, { noDelay: true });
  channel = await connection.createConfirmChannel();
  next();
};

exports.take = function (next) {
  next(OK);
};

exports.publish = function (next, connection) {
  const { transaction } = connection;
  transaction.message_stream.get_data((content) => {
    const mime = content.toString();
    const publishOne = (recipient) =>
      new Promise((resolve, reject) => {
        const record = {
          'message-id': randomUUID(),
          envelope: transaction.mail_from.address,
          recipient: recipient.address,
          mime,
        };
        const options = { persistent: true, mandatory: true, contentType: 'application/json' };
        const body = Buffer.from(JSON.stringify(record));
        channel.publish('', env.BENCH_QUEUE, body, options, (error) => error ? reject(error) : resolve());
      });
    Promise.all(transaction.rcpt_to.map(publishOne)).then(() => next(OK), (error) => {
      this.logcrit(error.stack);
      next(DENYSOFT);
    });
  });
};
