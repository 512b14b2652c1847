// One worker as the first process sees it: what it is doing, which connections are on their way to it, how it ended.

import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Arrival, DoorRelay } from './door-relay.ts';
import { type Grantor, HoldKeeper } from './hold-keeper.ts';
import type { FromWorker, ToWorker, Welcome } from './worker-messages.ts';

/** What a worker stands on. */
export interface WorkerProcessOptions {
  readonly child: ChildProcess;
  readonly welcome: Welcome;
  readonly relay: Pick<DoorRelay, 'open' | 'give' | 'resume'>;
  readonly grant: Grantor;
}

/** How a worker ended. */
export interface WorkerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it said about it. */
  readonly reason: string | undefined;
}

/** A child process that speaks the messages of a worker. */
export class WorkerProcess {
  readonly number: number;
  readonly pid: number | undefined;
  /** Resolves, with the lines that say where its doors are, when they are open. */
  readonly ready: Promise<readonly string[]>;
  /** Resolves when it is gone and everything it said has been heard. */
  readonly exit: Promise<WorkerExit>;
  readonly #child: ChildProcess;
  readonly #relay: WorkerProcessOptions['relay'];
  readonly #keeper: HoldKeeper;
  readonly #welcome: Welcome;
  /** Handed over, but not taken yet; kept open here so that another worker can have them. */
  readonly #arrivals = new Map<number, Arrival>();
  readonly #opened = Promise.withResolvers<readonly string[]>();
  #lastArrival = 0;
  #hasSaidHello = false;
  #takesConnections = false;
  #reason: string | undefined;

  constructor({ child, welcome, relay, grant }: WorkerProcessOptions) {
    this.number = welcome.worker;
    this.pid = child.pid;
    this.ready = this.#opened.promise;
    this.#child = child;
    this.#relay = relay;
    this.#welcome = welcome;
    this.#keeper = new HoldKeeper(grant, (id, granted, facts) => this.#send({ kind: 'answer', id, granted, facts }));
    child.on('message', (message: FromWorker) => this.#hear(message));
    this.exit = this.#watch(child);
  }

  /** Connections on their way to it; undefined when it wants none. */
  get arrivals(): number | undefined {
    return this.#takesConnections ? this.#arrivals.size : undefined;
  }

  /** Hands a connection over. Should the worker die before it has it, it goes back to the relay. */
  take(arrival: Arrival): void {
    const id = ++this.#lastArrival;
    this.#arrivals.set(id, arrival);
    this.#send({ kind: 'connection', id, door: arrival.door }, arrival.socket);
  }

  /** Asks it to finish what it has begun, and to end. */
  drain(signal: string): void {
    this.#takesConnections = false;
    this.#send({ kind: 'drain', signal });
  }

  /** Passes a signal on, once it can be told from the end. */
  signal(name: NodeJS.Signals): void {
    if (this.#hasSaidHello) this.#child.kill(name);
  }

  /** Ends it at once. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async #watch(child: ChildProcess): Promise<WorkerExit> {
    const ended = Promise.withResolvers<Pick<WorkerExit, 'code' | 'signal'>>();
    const disconnected = Promise.withResolvers<void>();
    child.once('exit', (code, signal) => ended.resolve({ code, signal }));
    child.once('disconnect', disconnected.resolve);
    child.on('error', ({ message }) => {
      if (child.pid !== undefined) return; // a signal or a message that came too late
      this.#reason = `Cannot start a worker: ${message}`;
      ended.resolve({ code: null, signal: null });
      disconnected.resolve();
    });
    // What it sent before its end, such as that it took a connection, is heard until the channel closes.
    await disconnected.promise;
    const exit = await ended.promise;
    this.#takesConnections = false;
    this.#keeper.dropAll();
    for (const arrival of this.#arrivals.values()) this.#relay.give(arrival);
    this.#arrivals.clear();
    return { ...exit, reason: this.#reason };
  }

  #hear(message: FromWorker): void {
    switch (message.kind) {
      case 'hello':
        this.#hasSaidHello = true;
        return this.#send({ kind: 'welcome', welcome: this.#welcome });
      case 'open':
        return void this.#open(message);
      case 'ready':
        this.#takesConnections = true;
        this.#opened.resolve(message.lines);
        return this.#relay.resume();
      case 'failed':
        this.#reason = message.reason;
        return;
      case 'took':
        this.#arrivals.get(message.id)?.socket.destroy();
        this.#arrivals.delete(message.id);
        return;
      case 'take':
        return void this.#keeper.take(message.id, message.request);
      case 'drop':
        return this.#keeper.drop(message.id, message.facts);
      case 'leaving':
        this.#takesConnections = false;
    }
  }

  async #open({ id, target }: FromWorker & { readonly kind: 'open' }): Promise<void> {
    try {
      const opened = await this.#relay.open(target);
      this.#send({ kind: 'opened', id, ...opened });
    } catch (error) {
      this.#send({ kind: 'not-opened', id, reason: error instanceof Error ? error.message : String(error) });
    }
  }

  #send(message: ToWorker, socket?: Socket): void {
    if (!this.#child.connected) return;
    // A failure is the worker's end, which is noticed as such.
    this.#child.send(message, socket, { keepOpen: true }, () => {});
  }
}
