// A RabbitMQ outlet without RabbitMQ: it can be switched off and on, refuse, and keep its confirms back.
import type { AmqpOutlet } from '../../src/queue/amqp.ts';
import { type EncodedRecord, type PublishFailure, type PublishResult, STORED } from '../../src/queue/outlet.ts';

/** The outlet with what it was given. */
export interface SwitchedBroker extends AmqpOutlet {
  fault: AmqpOutlet['fault'];
  /** The ids that are in the queues, in their order; queues are told apart by `queueOf`. */
  readonly stored: EncodedRecord[];
  /** What each record is answered; everything is stored unless this is set. */
  result: (record: EncodedRecord) => PublishResult;
  /** From now on publishes wait; resolves when the next one has come. */
  withhold(): Promise<void>;
  /** Answers what waits. */
  release(): void;
  off(): void;
  on(): void;
}

/** What records are answered while the broker is away. */
export const GONE: PublishFailure = { stored: false, fault: 'unavailable', detail: 'no connection to RabbitMQ' };

/** Creates one that is switched on. `maxBytes` is the size that it takes. */
export function createSwitchedBroker({ maxBytes = Infinity } = {}): SwitchedBroker {
  let gate: Promise<void> | undefined;
  let open = () => {};
  let arrived = () => {};
  const publish = async (records: readonly EncodedRecord[]): Promise<readonly PublishResult[]> => {
    if (records.length > 0) arrived();
    if (gate !== undefined) await gate;
    return records.map((record) => {
      const result = broker.fault === undefined ? broker.result(record) : { stored: false as const, ...broker.fault };
      if (result.stored) broker.stored.push(record);
      return result;
    });
  };
  const broker: SwitchedBroker = {
    fault: undefined,
    stored: [],
    result: () => STORED,
    withhold() {
      gate = new Promise((resolve) => open = resolve);
      return new Promise((resolve) => arrived = resolve);
    },
    release() {
      gate = undefined;
      open();
    },
    off: () => broker.fault = { fault: GONE.fault, detail: GONE.detail },
    on: () => broker.fault = undefined,
    publish,
    publishInOrder: publish,
    refuseSize: ({ size }) =>
      Promise.resolve(size > maxBytes ? { stored: false, fault: 'too-large', detail: `${size} bytes` } : undefined),
    health: () => ({ ready: broker.fault === undefined, reasons: broker.fault ? [broker.fault.detail] : [] }),
    drain: () => Promise.resolve(broker.off()),
    close: () => Promise.resolve(broker.off()),
  };
  return broker;
}
