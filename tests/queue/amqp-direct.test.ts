import assert from 'node:assert/strict';
import type { EventEmitter } from 'node:events';
import { test, type TestContext } from 'node:test';
import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import { publishDirectly, toContent } from '../../src/queue/amqp-direct.ts';
import { listenFake } from '../support/amqp-outlet.ts';
import type { FakeBroker, FakeBrokerOptions } from '../support/fake-broker.ts';

/** What the tests see of amqplib's connection. */
interface Inside {
  readonly stream: NodeJS.WritableStream & { readonly writableLength: number; cork(): void; uncork(): void };
  sendHeartbeat(): void;
}

const PROPERTIES = { host: '', product: '', version: '', platform: '', information: '' };
const FRAME = 131_072;

async function openDirect(
  context: TestContext,
  options: FakeBrokerOptions = {},
): Promise<{ broker: FakeBroker; model: ChannelModel; inside: Inside }> {
  const broker = await listenFake(context, options);
  const model = await connect(broker.url);
  model.on('error', () => {});
  publishDirectly(model);
  return { broker, model, inside: model.connection as unknown as Inside };
}

function publish(
  channel: ConfirmChannel,
  pieces: readonly (string | Buffer)[],
  onAnswer?: (error: Error | null) => void,
): void {
  const body = pieces.map((piece) => typeof piece === 'string' ? Buffer.from(piece) : piece);
  const size = body.reduce((sum, { length }) => sum + length, 0);
  channel.publish('', 'inbox', toContent({ body, size }), { mandatory: true, messageId: 'A1' }, onAnswer);
}

/** Also after an error, which `once` of node:events would throw. */
function toEnd(emitter: EventEmitter): Promise<unknown> {
  return new Promise((resolve) => emitter.once('close', resolve));
}

test('publishDirectly() knows the amqplib that is installed, and publishes in pieces', async (context) => {
  const { broker, model } = await openDirect(context);
  const channel = await model.createConfirmChannel();
  const bodies = [['a'], ['b', 'c'.repeat(5000)], ['d'.repeat(300_000), '', 'e'.repeat(300_000)], []];
  for (const body of bodies) publish(channel, body);
  await channel.waitForConfirms();
  assert.deepEqual(broker.publishes.map(({ body }) => body.toString()), bodies.map((body) => body.join('')));
  await model.close();
});

test('publishDirectly() gathers what is published in one turn into one write', async (context) => {
  const { model, inside: { stream } } = await openDirect(context);
  const channel = await model.createConfirmChannel();
  const calls: string[] = [];
  for (const name of ['cork', 'uncork'] as const) {
    const original = stream[name];
    stream[name] = () => {
      calls.push(name);
      original.call(stream);
    };
  }
  for (const text of ['a', 'b', 'c']) publish(channel, [text]);
  assert.deepEqual(calls, ['cork']);
  await channel.waitForConfirms();
  assert.deepEqual(calls, ['cork', 'uncork']);
  await model.close();
});

test('A broker that does not read gets a bounded part, and in the end everything, in order', async (context) => {
  const { broker, model, inside } = await openDirect(context);
  const [first, second] = [await model.createConfirmChannel(), await model.createConfirmChannel()];
  const session = await broker.session(1);
  const thaw = session.pause();
  const sent: string[] = [];
  for (let index = 0; index < 40; index++) {
    const body = Buffer.alloc(index % 4 === 0 ? 3_000_000 : 100, String.fromCharCode(97 + index % 26));
    publish(index % 2 === 0 ? first : second, [body]);
    sent.push(`${body.length}${body.subarray(0, 1)}`);
    if (index % 5 === 0) inside.sendHeartbeat();
    await new Promise(setImmediate);
  }
  // Frames of amqplib's own stand between ours: this opens a channel.
  const third = model.createConfirmChannel();
  assert.ok(inside.stream.writableLength <= (1 << 20) + FRAME + 1000, `${inside.stream.writableLength} bytes ahead`);
  thaw();
  await Promise.all([first.waitForConfirms(), second.waitForConfirms(), third]);
  assert.deepEqual(broker.publishes.map(({ body }) => `${body.length}${body.subarray(0, 1)}`), sent);
  await model.close();
});

test('What waits for a channel that the broker closes is not sent any more; other channels go on', async (context) => {
  const { broker, model } = await openDirect(context);
  const [closed, open] = [await model.createConfirmChannel(), await model.createConfirmChannel()];
  closed.on('error', () => {});
  const session = await broker.session(1);
  const thaw = session.pause();
  const answers: string[] = [];
  for (let index = 0; index < 3; index++) {
    publish(closed, [Buffer.alloc(20_000_000)], (error) => answers.push(error?.message ?? 'confirmed'));
  }
  publish(open, ['after']);
  session.closeChannel(1, 406, 'PRECONDITION_FAILED');
  await toEnd(closed);
  assert.deepEqual(answers, ['channel closed', 'channel closed', 'channel closed']);
  thaw();
  await open.waitForConfirms();
  assert.deepEqual(broker.publishes.map(({ body }) => body.toString()), ['after']);
  await model.close();
});

test('A connection that is lost in the middle of a body fails what was published on it, and nothing is thrown', async (context) => {
  const { broker, model } = await openDirect(context);
  const channel = await model.createConfirmChannel();
  const session = await broker.session(1);
  session.pause();
  const answers: string[] = [];
  for (let index = 0; index < 3; index++) {
    publish(channel, [Buffer.alloc(20_000_000)], (error) => answers.push(error?.message ?? 'confirmed'));
  }
  const gone = toEnd(model);
  session.cut();
  await gone;
  assert.deepEqual(answers, ['channel closed', 'channel closed', 'channel closed']);
  assert.throws(() => publish(channel, ['later']), /[Cc]losed/);
});

test('A publish that cannot be encoded throws, and the next one goes out', async (context) => {
  const { broker, model } = await openDirect(context);
  const channel = await model.createConfirmChannel();
  const wrong = toContent({ body: [Buffer.from('abc')], size: 4 });
  assert.throws(() => channel.publish('', 'inbox', wrong, {}), RangeError);
  publish(channel, ['good']);
  await channel.waitForConfirms();
  assert.deepEqual(broker.publishes.map(({ body }) => body.toString()), ['good']);
  await model.close();
});

test('publishDirectly() leaves a buffer to amqplib, with every property that it knows', async (context) => {
  const { broker, model } = await openDirect(context);
  const [pieces, buffers] = [await model.createConfirmChannel(), await model.createConfirmChannel()];
  publish(pieces, ['a']);
  buffers.publish('', 'inbox', Buffer.from('b'), { messageId: 'B1', correlationId: 'C1', headers: { 'x-count': 1 } });
  await Promise.all([pieces.waitForConfirms(), buffers.waitForConfirms()]);
  const [first, second] = broker.publishes;
  assert.deepEqual([first!.body.toString(), second!.body.toString()], ['a', 'b']);
  assert.match(second!.header.toString('latin1'), /x-count.*C1.*B1/s);
  await model.close();
});

test('publishDirectly() refuses a connection that is built otherwise', () => {
  assert.throws(() => publishDirectly({ connection: { serverProperties: PROPERTIES } }), /amqplib is not built/);
});

test('A publish on a closed channel throws as amqplib has it', async (context) => {
  const { model } = await openDirect(context);
  const channel = await model.createConfirmChannel();
  await channel.close();
  assert.throws(() => publish(channel, ['a']), /[Cc]losed/);
  await model.close();
});
