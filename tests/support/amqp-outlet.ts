// Opens RabbitMQ outlets for tests: with settings that make every wait short, and closed when the test ends.
import type { TestContext } from 'node:test';
import { type AmqpOutlet, type AmqpOutletOptions, connectAmqpOutlet } from '../../src/queue/amqp.ts';
import type { Outlet, PublishResult } from '../../src/queue/outlet.ts';
import { FakeBroker, type FakeBrokerOptions, type FakePublish } from './fake-broker.ts';
import { makeRecord } from './records.ts';
import { createRecordingLog, type RecordingLog } from './recording-log.ts';

/** An open outlet and what it logged. */
export interface OpenOutlet {
  readonly outlet: AmqpOutlet;
  readonly log: RecordingLog;
}

/** Settings under which nothing unusual is asked for. */
export function makeOutletOptions(overrides: Partial<AmqpOutletOptions> = {}): AmqpOutletOptions {
  return {
    addresses: [],
    verify: true,
    ca: undefined,
    queues: ['inbox'],
    exchange: undefined,
    declare: true,
    durable: true,
    persistent: true,
    queueType: 'quorum',
    maxPriority: undefined,
    encoding: undefined,
    throttle: 100,
    publishers: 1,
    timeoutMs: 20_000,
    maxMessageBytes: 16 * 1024 * 1024,
    log: createRecordingLog(),
    tuning: { backoffMs: [1, 20], connectTimeoutMs: 5_000 },
    ...overrides,
  };
}

/** Connects an outlet that the test's end closes. */
export async function openOutlet(
  context: TestContext,
  addresses: readonly string[],
  overrides: Partial<AmqpOutletOptions> = {},
): Promise<OpenOutlet> {
  const log = createRecordingLog();
  const outlet = await connectAmqpOutlet(makeOutletOptions({ addresses, log, ...overrides }));
  context.after(() => outlet.close());
  return { outlet, log };
}

/** A fake broker that the test's end closes. */
export async function listenFake(context: TestContext, options: FakeBrokerOptions = {}): Promise<FakeBroker> {
  const broker = await FakeBroker.listen(options);
  context.after(() => broker.close());
  return broker;
}

/** Options of a fake broker that leaves publishes unanswered. */
export const SILENT = { onPublish: () => {} } as const;

/** Options of a fake broker that returns what it has no queue for, and acknowledges everything, as a real one does. */
export function routing(broker: () => FakeBroker): FakeBrokerOptions {
  return {
    onPublish: (publish: FakePublish) => {
      if (!broker().queues.has(publish.routingKey)) publish.session.return(publish);
      publish.session.ack(publish);
    },
  };
}

/** Each result as one word: `stored`, or the fault. */
export function toFaults(results: readonly PublishResult[]): string[] {
  return results.map((result) => result.stored ? 'stored' : result.fault);
}

/** Publishes one small record. */
export async function publishOne(outlet: Outlet, id = 'A1'): Promise<PublishResult> {
  const [result] = await outlet.publish([makeRecord(id)]);
  if (result === undefined) throw new Error('A published record has no result');
  return result;
}

/** Resolves when the condition holds; looks again after every turn of the event loop, for ten seconds at most. */
export async function until(isMet: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await isMet())) {
    if (performance.now() > deadline) throw new Error(`Waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
