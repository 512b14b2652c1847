// One worker as the first process sees it: what it is doing, which connections are on their way to it, how it ended.

import type { ChildProcess } from 'node:child_process';
import process from 'node:process';
import type { Family } from '../telemetry/metrics.ts';
import type { Arrival, DoorRelay } from './door-relay.ts';
import { type Grantor, HoldKeeper } from './hold-keeper.ts';
import type { Look, LookOptions, ProcessReport } from './overview.ts';
import type { FromWorker, Letter, Note, Welcome } from './worker-messages.ts';

/** What a worker stands on. */
export interface WorkerProcessOptions {
  readonly child: ChildProcess;
  readonly welcome: Welcome;
  readonly relay: Pick<DoorRelay, 'open' | 'give' | 'resume'>;
  readonly grant: Grantor;
  /** Answers workers that ask about the whole gateway; left out: nobody asks. */
  readonly look?: Look;
}

/** How a worker ended. */
export interface WorkerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it said about it. */
  readonly reason: string | undefined;
}

// A worker that is slow to take connections gets no more than this, and the others the rest.
const MOST_ARRIVALS = 4;
// They wait in this process's own buffers.
const LAST_WORDS_MS = 100;

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
  /** What goes with the next letter. */
  #notes: Note[] = [];
  readonly #arrivals: Arrival[] = [];
  /** The connection that went with the last letter; kept open here until it has arrived, for another worker otherwise. */
  #underway: Arrival | undefined;
  #isLetterUnderway = false;
  readonly #opened = Promise.withResolvers<readonly string[]>();
  #hasSaidHello = false;
  #hasOpened = false;
  #isGone = false;
  #takesConnections = false;
  #reason: string | undefined;
  readonly #look: Look | undefined;
  readonly #totals = new Map<string, Family>();
  /** Questions without an answer yet: at most one with metrics and one without. */
  readonly #reports = new Map<boolean, PromiseWithResolvers<ProcessReport | undefined>>();

  constructor({ child, welcome, relay, grant, look }: WorkerProcessOptions) {
    this.#look = look;
    this.number = welcome.worker;
    this.pid = child.pid;
    this.ready = this.#opened.promise;
    this.#child = child;
    this.#relay = relay;
    this.#welcome = welcome;
    this.#keeper = new HoldKeeper(grant, (id, granted, facts) => this.#tell({ kind: 'answer', id, granted, facts }));
    child.on('message', (message: FromWorker) => this.#hear(message));
    this.exit = this.#watch(child);
  }

  /** Connections on their way to it; undefined when it can take none. */
  get arrivals(): number | undefined {
    const count = this.#arrivals.length + (this.#underway === undefined ? 0 : 1);
    return this.#takesConnections && count < MOST_ARRIVALS ? count : undefined;
  }

  /** Whether its doors are open and it has not ended. */
  get isRunning(): boolean {
    return this.#hasOpened && !this.#isGone;
  }

  /** What it is known to have counted; stays after its end. */
  get totals(): readonly Family[] {
    return [...this.#totals.values()];
  }

  /** Asks what it says about itself; resolves to undefined when it ends before it has answered. */
  report(what: LookOptions): Promise<ProcessReport | undefined> {
    if (this.#isGone) return Promise.resolve(undefined);
    const asked = this.#reports.get(what.metrics);
    if (asked !== undefined) return asked.promise;
    const asking = Promise.withResolvers<ProcessReport | undefined>();
    this.#reports.set(what.metrics, asking);
    this.#tell({ kind: 'report', what });
    return asking.promise;
  }

  /** Hands a connection over. Should the worker leave or die before it has it, it goes back to the relay. */
  take(arrival: Arrival): void {
    this.#arrivals.push(arrival);
    this.#post();
  }

  /** Asks it to finish what it has begun, and to end. */
  drain(signal: string): void {
    this.#leave();
    this.#tell({ kind: 'drain', signal });
  }

  /** Passes a signal on, once it can be told from the end. */
  signal(name: NodeJS.Signals): void {
    if (this.#hasSaidHello) this.#kill(name);
  }

  /** Ends it at once. */
  kill(): void {
    this.#kill('SIGKILL');
  }

  /** Not by the child's own method, which on Deno lets go of the channel whatever the signal is. */
  #kill(signal: NodeJS.Signals): void {
    if (this.pid === undefined || this.#isGone) return;
    try {
      process.kill(this.pid, signal);
    } catch {
      // It has just ended, and its number is not taken again before this process has heard of it.
    }
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
    const exit = await ended.promise;
    this.#isGone = true;
    this.#takesConnections = false;
    // What it sent before its end, such as that it took a connection, is still to be heard. The close of the channel is the
    // end of it; but when something was on its way to the worker, neither Node nor Deno may say that it closed.
    const patience = setTimeout(disconnected.resolve, LAST_WORDS_MS);
    await disconnected.promise;
    clearTimeout(patience);
    if (child.connected) child.disconnect();
    for (const asking of this.#reports.values()) asking.resolve(undefined);
    this.#keeper.dropAll();
    if (this.#underway !== undefined) this.#arrivals.unshift(this.#underway);
    this.#leave();
    return { ...exit, reason: this.#reason };
  }

  #hear(message: FromWorker): void {
    switch (message.kind) {
      case 'hello':
        this.#hasSaidHello = true;
        return this.#tell({ kind: 'welcome', welcome: this.#welcome });
      case 'open':
        return void this.#open(message);
      case 'ready':
        this.#takesConnections = !this.#isGone;
        this.#hasOpened = true;
        this.#opened.resolve(message.lines);
        return this.#relay.resume();
      case 'failed':
        this.#reason = message.reason;
        return;
      case 'received':
        this.#underway?.socket.destroy();
        this.#underway = undefined;
        this.#isLetterUnderway = false;
        this.#post();
        return this.#relay.resume();
      case 'take':
        return void this.#keeper.take(message.id, message.request);
      case 'drop':
        return this.#keeper.drop(message.id, message.facts);
      case 'counted':
        return this.#count(message.totals);
      case 'reported':
        this.#count(message.report.families);
        this.#reports.get(message.what.metrics)?.resolve(message.report);
        return void this.#reports.delete(message.what.metrics);
      case 'look':
        return void this.#answerLook(message.id, message.what);
      case 'leaving':
        return this.#leave();
    }
  }

  #count(families: readonly Family[]): void {
    for (const family of families) if (family.type !== 'gauge') this.#totals.set(family.name, family);
  }

  async #answerLook(id: number, what: LookOptions): Promise<void> {
    const overview = await this.#look?.(what);
    if (overview !== undefined) this.#tell({ kind: 'told', id, overview });
  }

  #leave(): void {
    this.#takesConnections = false;
    for (const arrival of this.#arrivals.splice(0)) this.#relay.give(arrival);
  }

  async #open({ id, target }: FromWorker & { readonly kind: 'open' }): Promise<void> {
    try {
      const opened = await this.#relay.open(target);
      this.#tell({ kind: 'opened', id, ...opened });
    } catch (error) {
      this.#tell({ kind: 'not-opened', id, reason: error instanceof Error ? error.message : String(error) });
    }
  }

  #tell(note: Note): void {
    this.#notes.push(note);
    this.#post();
  }

  /** Sends what there is, unless the last letter is still underway. */
  #post(): void {
    if (this.#isLetterUnderway || this.#isGone || !this.#child.connected) return;
    this.#underway = this.#arrivals.shift();
    if (this.#underway === undefined && this.#notes.length === 0) return;
    const letter: Letter = { notes: this.#notes, ...(this.#underway && { door: this.#underway.door }) };
    this.#notes = [];
    this.#isLetterUnderway = true;
    // A failure is the worker's end, which is noticed as such.
    this.#child.send(letter, this.#underway?.socket, { keepOpen: true }, () => {});
  }
}
