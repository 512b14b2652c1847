import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from 'amqplib';
import { corkFrames } from '../../src/queue/amqp-cork.ts';
import { listenFake } from '../support/amqp-outlet.ts';

const PROPERTIES = { host: '', product: '', version: '', platform: '', information: '' };

function makeConnection(calls: string[], writeFrames: () => void) {
  const stream = { cork: () => calls.push('cork'), uncork: () => calls.push('uncork') };
  return { serverProperties: PROPERTIES, stream, muxer: { _readIncoming: writeFrames } };
}

test('corkFrames() corks the socket while frames are written', () => {
  const calls: string[] = [];
  const connection = makeConnection(calls, () => calls.push('write', 'write'));
  assert.equal(corkFrames({ connection }), true);
  connection.muxer._readIncoming();
  assert.deepEqual(calls, ['cork', 'write', 'write', 'uncork']);
});

test('corkFrames() uncorks when writing fails', () => {
  const calls: string[] = [];
  const connection = makeConnection(calls, () => {
    throw new Error('broken');
  });
  corkFrames({ connection });
  assert.throws(() => connection.muxer._readIncoming(), /broken/);
  assert.deepEqual(calls, ['cork', 'uncork']);
});

test('corkFrames() leaves a connection alone that is built otherwise', () => {
  assert.equal(corkFrames({ connection: { serverProperties: PROPERTIES } }), false);
});

test('corkFrames() knows the amqplib that is installed', async (context) => {
  const broker = await listenFake(context);
  const model = await connect(broker.url);
  assert.equal(corkFrames(model), true);
  const channel = await model.createConfirmChannel();
  for (const body of ['a', 'b', 'c']) channel.publish('', 'inbox', Buffer.from(body.repeat(5000)));
  await channel.waitForConfirms();
  assert.deepEqual(
    broker.publishes.map(({ body }) => body.toString()),
    ['a', 'b', 'c'].map((body) => body.repeat(5000)),
  );
  await model.close();
});
