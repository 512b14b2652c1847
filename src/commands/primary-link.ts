// A worker's end of the channel to the first process, which opens the ports, counts for all, and says when to stop.

import type { Server, Socket } from 'node:net';
import process from 'node:process';
import type { HoldAnswer, HoldFacts, TakeHold } from '../net/holds.ts';
import type { BoundAddress, Listen } from '../net/listen.ts';
import { NOBODY_COUNTS } from '../net/shared-room.ts';
import type { Look, Overview, ReportSelf } from './overview.ts';
import type { FromWorker, Letter, Note, Welcome } from './worker-messages.ts';

/** The channel as the first process set it up. */
export type Channel = Pick<NodeJS.Process, 'send' | 'ppid' | 'on'>;

/** A request for a hold that is not answered yet. */
type Answer = (granted: boolean, facts: HoldFacts) => void;

// What a worker has counted since it last said so is lost when it is killed.
const COUNTED_MS = 1000;
// A channel whose other end died with something unread is reset, and Deno then says nothing of a disconnect.
const PARENT_CHECK_MS = 1000;
const GONE = 'The first process of the gateway is gone';

/** The link of the worker that this process is. */
export class PrimaryLink {
  /** Resolves when the first process has answered. */
  readonly welcome: Promise<Welcome>;
  /** Resolves with the signal that the first process got, `disconnect` when it is gone, or this process's own signal. */
  readonly stopped: Promise<string>;
  readonly #channel: Channel;
  readonly #welcomed = Promise.withResolvers<Welcome>();
  readonly #stop = Promise.withResolvers<string>();
  readonly #openings = new Map<number, PromiseWithResolvers<{ readonly door: number; readonly bound: BoundAddress }>>();
  readonly #doors = new Map<number, Server>();
  readonly #requests = new Map<number, Answer>();
  readonly #looks = new Map<number, PromiseWithResolvers<Overview>>();
  #self: ReportSelf | undefined;
  #lastId = 0;
  #isGone = false;

  /** Says hello; throws when no gateway has started this process. */
  constructor(channel: Channel = process) {
    if (channel.send === undefined) throw new Error('Cannot run a worker by hand: mailchute serve starts them');
    this.#channel = channel;
    this.welcome = this.#welcomed.promise;
    this.stopped = this.#stop.promise;
    channel.on('message', (letter: unknown, socket: unknown) => this.#receive(letter as Letter, socket as Socket));
    channel.on('disconnect', () => this.#lose());
    // A whole group of processes gets the signals of a terminal or a service manager: once told, told.
    for (const signal of ['SIGTERM', 'SIGINT'] as const) channel.on(signal, () => this.#leave(signal));
    // The first process passes it on, also while nothing here listens to it yet.
    channel.on('SIGHUP', () => {});
    const parent = channel.ppid;
    setInterval(() => {
      if (channel.ppid !== parent) this.#lose();
    }, PARENT_CHECK_MS).unref();
    this.#send({ kind: 'hello' });
  }

  /** Gets a server the connections of a port of the first process. */
  readonly listen: Listen = async (server, target) => {
    if (this.#isGone) throw new Error(GONE);
    const id = ++this.#lastId;
    const opening = Promise.withResolvers<{ readonly door: number; readonly bound: BoundAddress }>();
    this.#openings.set(id, opening);
    this.#send({ kind: 'open', id, target });
    const { door, bound } = await opening.promise;
    this.#doors.set(door, server);
    return bound;
  };

  /** Takes of what the first process counts; refused once it is gone. */
  readonly take: TakeHold = (request, signal) => {
    const id = ++this.#lastId;
    return new Promise<HoldAnswer>((resolve) => {
      if (signal?.aborted === true) return resolve({ granted: false, facts: {} });
      if (this.#isGone) return resolve({ granted: false, facts: NOBODY_COUNTS });
      const drop = (facts: HoldFacts = {}) => this.#send({ kind: 'drop', id, facts });
      const withdraw = () => {
        drop();
        answer(false, {});
      };
      const answer: Answer = (granted, facts) => {
        signal?.removeEventListener('abort', withdraw);
        this.#requests.delete(id);
        resolve(granted ? { granted, hold: { facts, release: drop } } : { granted, facts });
      };
      signal?.addEventListener('abort', withdraw);
      this.#requests.set(id, answer);
      this.#send({ kind: 'take', id, request });
    });
  };

  /** Looks at the whole gateway; rejects once the first process is gone. */
  readonly look: Look = (what) => {
    if (this.#isGone) return Promise.reject(new Error(GONE));
    const id = ++this.#lastId;
    const looking = Promise.withResolvers<Overview>();
    this.#looks.set(id, looking);
    this.#send({ kind: 'look', id, what });
    return looking.promise;
  };

  /** From now on the first process hears what this one says about itself, and what it counts, every second. */
  reportTo(self: ReportSelf): void {
    this.#self = self;
    let told = '';
    setInterval(() => {
      const totals = self.totals();
      const text = JSON.stringify(totals);
      if (text !== told) this.#send({ kind: 'counted', totals });
      told = text;
    }, COUNTED_MS).unref();
  }

  /** The doors are open. */
  ready(lines: readonly string[]): void {
    this.#send({ kind: 'ready', lines });
  }

  /** The doors will not open. */
  failed(reason: string): void {
    this.#send({ kind: 'failed', reason });
  }

  #receive({ notes, door }: Letter, socket: Socket | undefined): void {
    // Before anything is said to the client: from here on no other worker may serve it.
    this.#send({ kind: 'received' });
    for (const note of notes) this.#hear(note);
    if (door !== undefined && socket !== undefined) this.#accept(door, socket);
  }

  #hear(note: Note): void {
    switch (note.kind) {
      case 'welcome':
        return this.#welcomed.resolve(note.welcome);
      case 'opened':
        return this.#settle(note.id)?.resolve(note);
      case 'not-opened':
        return this.#settle(note.id)?.reject(new Error(note.reason));
      case 'answer':
        return this.#requests.get(note.id)?.(note.granted, note.facts);
      case 'report':
        return void this.#self?.report(note.what).then((report) => this.#send({ ...note, kind: 'reported', report }));
      case 'told':
        this.#looks.get(note.id)?.resolve(note.overview);
        return void this.#looks.delete(note.id);
      case 'drain':
        return this.#stop.resolve(note.signal);
    }
  }

  #settle(id: number): PromiseWithResolvers<{ readonly door: number; readonly bound: BoundAddress }> | undefined {
    const opening = this.#openings.get(id);
    this.#openings.delete(id);
    return opening;
  }

  #accept(door: number, socket: Socket): void {
    const server = this.#doors.get(door);
    if (server === undefined) return void socket.destroy();
    // As both doors ask of the sockets that they accept themselves.
    socket.allowHalfOpen = true;
    server.emit('connection', socket);
  }

  #leave(signal: string): void {
    this.#send({ kind: 'leaving' });
    this.#stop.resolve(signal);
  }

  #lose(): void {
    this.#isGone = true;
    for (const answer of this.#requests.values()) answer(false, NOBODY_COUNTS);
    for (const waiting of [...this.#openings.values(), ...this.#looks.values()]) waiting.reject(new Error(GONE));
    this.#stop.resolve('disconnect');
  }

  #send(message: FromWorker): void {
    if (this.#isGone) return;
    this.#channel.send?.(message, undefined, undefined, (error) => {
      if (error !== null && error !== undefined) this.#lose();
    });
  }
}
