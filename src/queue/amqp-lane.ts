// One confirm channel: writes publications and tells each what became of it, from the broker's acks, nacks and returns.

import type { ChannelModel, ConfirmChannel, Message } from 'amqplib';
import { toContent } from './amqp-direct.ts';
import { toBrokerText } from './amqp-failure.ts';
import { type Publication, toBody, toPublishOptions } from './amqp-publication.ts';
import { Deadlines } from './deadlines.ts';
import { type PublishFault, STORED } from './outlet.ts';

/** How records are published, and who wants to know. */
export interface AmqpLaneOptions {
  /** Empty: the default exchange. */
  readonly exchange: string;
  readonly persistent: boolean;
  /** From the write to the confirm. */
  readonly timeoutMs: number;
  /** The broker found no queue for the record. */
  readonly onReturned: () => void;
  /** The broker refused a record on this channel, for the first time. */
  readonly onNacked: () => void;
  /** The channel is gone; every publication on it has been settled. */
  readonly onClosed: (reason: string) => void;
  /** So many publications passed their time limit without an answer that their buffers are a burden. */
  readonly onStuck: (reason: string) => void;
}

/** A publication between its write and the broker's answer. */
interface Flight {
  readonly publication: Publication;
  /** An earlier flight of the same message id: a return names only the id. */
  readonly earlier: Flight | undefined;
  /** Why no queue took it. */
  returned: string | undefined;
  answered: boolean;
}

/** Publications that timed out, but whose bytes may still lie in our buffers. */
const MAX_OVERDUE_BYTES = 64 * 1024 * 1024;
const MAX_OVERDUE_RECORDS = 10_000;

/** One confirm channel. */
export class AmqpLane {
  readonly #channel: ConfirmChannel;
  readonly #options: AmqpLaneOptions;
  readonly #flights: Deadlines<Flight>;
  readonly #latest = new Map<string, Flight>();
  #overdueBytes = 0;
  #overdueRecords = 0;
  #hasNacked = false;
  #isRetired = false;
  // A channel that is closed alone says why before; without that its connection went.
  #reason = 'the connection was lost';

  private constructor(channel: ConfirmChannel, options: AmqpLaneOptions) {
    this.#channel = channel;
    this.#options = options;
    this.#flights = new Deadlines(options.timeoutMs, (flight) => this.#expire(flight));
    channel.on('error', (error) => this.#reason = toBrokerText(error));
    channel.on('return', (message) => this.#return(message));
    channel.on('close', () => {
      this.#flights.clear();
      options.onClosed(this.#reason);
    });
  }

  static async open(model: ChannelModel, options: AmqpLaneOptions): Promise<AmqpLane> {
    return new AmqpLane(await model.createConfirmChannel(), options);
  }

  /** Publications written and not yet settled. */
  get inFlight(): number {
    return this.#flights.size;
  }

  /** Publishes; the publication is settled by the broker's answer, by the time limit or by the end of the channel. */
  write(publication: Publication): void {
    const { record, settle } = publication;
    const flight: Flight = { publication, earlier: this.#latest.get(record.id), returned: undefined, answered: false };
    const options = toPublishOptions(publication, this.#options);
    try {
      const content = toContent(toBody(publication));
      this.#channel.publish(this.#options.exchange, record.queue, content, options, (error) => {
        this.#answer(flight, error);
      });
    } catch (error) {
      return settle({ stored: false, fault: 'unavailable', detail: toBrokerText(error) });
    }
    this.#latest.set(record.id, flight);
    this.#flights.add(flight);
  }

  /** Writes no more, and closes the channel once everything on it is settled. */
  retire(): void {
    this.#isRetired = true;
    this.#closeWhenIdle();
  }

  #closeWhenIdle(): void {
    if (this.#isRetired && this.#flights.size === 0) this.#channel.close().catch(() => {});
  }

  #answer(flight: Flight, error: Error | null): void {
    flight.answered = true;
    this.#forget(flight);
    const { publication: { size, settle }, returned } = flight;
    if (!this.#flights.delete(flight)) {
      // Already reported as timed out.
      this.#overdueBytes -= size;
      this.#overdueRecords -= 1;
    } else if (error !== null) {
      // amqplib knows two errors here: this one, and the end of the channel.
      if (error.message === 'message nacked') this.#refuse(settle);
      else settle(toFault('unavailable', this.#reason));
    } else {
      settle(returned === undefined ? STORED : toFault('returned', returned));
    }
    this.#closeWhenIdle();
  }

  #refuse(settle: Publication['settle']): void {
    settle(toFault('nacked', 'the broker refused the message'));
    if (this.#hasNacked) return;
    this.#hasNacked = true;
    this.#options.onNacked();
  }

  /** The return precedes the ack; two flights of one id cannot be told apart, so neither counts as stored. */
  #return({ fields, properties }: Message): void {
    const text = 'replyText' in fields ? String(fields.replyText) : 'NO_ROUTE';
    let flight = this.#latest.get(String(properties.messageId));
    for (; flight !== undefined; flight = flight.earlier) flight.returned = `${text}: no queue '${fields.routingKey}'`;
    this.#options.onReturned();
  }

  #forget(flight: Flight): void {
    const { id } = flight.publication.record;
    if (this.#latest.get(id) !== flight) return;
    let open = flight.earlier;
    while (open?.answered) open = open.earlier;
    if (open === undefined) this.#latest.delete(id);
    else this.#latest.set(id, open);
  }

  #expire({ publication: { size, settle } }: Flight): void {
    this.#overdueBytes += size;
    this.#overdueRecords += 1;
    settle(toFault('timeout', `no confirm within ${this.#options.timeoutMs} ms`));
    if (this.#overdueBytes > MAX_OVERDUE_BYTES || this.#overdueRecords > MAX_OVERDUE_RECORDS) {
      this.#options.onStuck(`${this.#overdueRecords} publishes were not confirmed in time`);
    }
    this.#closeWhenIdle();
  }
}

function toFault(fault: PublishFault, detail: string): { stored: false; fault: PublishFault; detail: string } {
  return { stored: false, fault, detail };
}
