// A line between gateway and broker that knows AMQP's frames: each new connection may be given a step at which it fails.
import type { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { portOf } from '../free-port.ts';
import { createStepReader, type Step } from './frame-steps.ts';

/**
 * How the line fails at a step: before it (what is sent is lost), in the middle of its frame, right after it; by an end
 * for the gateway alone, of which the broker is not told; by a pause after it, in which nothing is read.
 */
export const LINE_FAULTS = ['before', 'torn', 'after', 'half-close', 'delay'] as const;

/** What happens to one connection. */
export interface LineFault {
  readonly kind: typeof LINE_FAULTS[number];
  readonly step: Step;
}

interface Line {
  readonly client: Socket;
  readonly server: Socket;
  /** Undefined when it has happened. */
  fault: LineFault | undefined;
  isDead: boolean;
}

const DELAY_MS = 300;

/** The proxy; listens on a free port of loopback. */
export class FrameProxy {
  readonly #target: number;
  readonly #listener = createServer((client) => this.#open(client));
  readonly #lines = new Set<Line>();
  readonly #waiting: LineFault[] = [];
  #missing = 0;
  #onDone = () => {};

  constructor(target: number) {
    this.#target = target;
  }

  async listen(): Promise<this> {
    this.#listener.listen(0, '127.0.0.1');
    await once(this.#listener, 'listening');
    return this;
  }

  get port(): number {
    return portOf(this.#listener);
  }

  /** Breaks what is open; each new connection takes one of the faults. Resolves when all have happened. */
  strike(faults: readonly LineFault[]): Promise<void> {
    this.#waiting.push(...faults);
    this.#missing = faults.length;
    for (const line of this.#lines) breakLine(line);
    return new Promise((resolve) => this.#onDone = resolve);
  }

  /** The faults that have not happened yet. */
  get open(): readonly LineFault[] {
    return [...this.#waiting, ...[...this.#lines].flatMap(({ fault }) => fault ?? [])];
  }

  async close(): Promise<void> {
    for (const line of this.#lines) breakLine(line);
    const closed = once(this.#listener, 'close');
    this.#listener.close();
    await closed;
  }

  #open(client: Socket): void {
    const server = connect({ host: '127.0.0.1', port: this.#target, noDelay: true });
    client.setNoDelay(true);
    const line: Line = { client, server, fault: this.#waiting.shift(), isDead: false };
    this.#lines.add(line);
    for (const [from, to] of [[client, server], [server, client]] as const) {
      const read = createStepReader(from === client);
      from.on('data', (chunk) => {
        for (const { step, bytes } of read(chunk)) this.#pass(line, to, { step, bytes });
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        to.end();
        this.#forget(line);
      });
    }
  }

  /** A connection that ended before its step leaves the fault to another one. */
  #forget(line: Line): void {
    if (!this.#lines.delete(line) || line.fault === undefined) return;
    this.#waiting.push(line.fault);
  }

  #pass(line: Line, to: Socket, { step, bytes }: { readonly step: Step; readonly bytes: Buffer }): void {
    if (line.isDead || to.destroyed || to.writableEnded) return;
    if (line.fault?.step !== step) return void to.write(bytes);
    const { kind } = line.fault;
    line.fault = undefined;
    if (kind !== 'before') to.write(kind === 'torn' ? bytes.subarray(0, bytes.length / 2) : bytes);
    if (kind === 'delay') this.#delay(line);
    else if (kind === 'half-close') endForClient(line);
    else endLine(line);
    this.#missing -= 1;
    if (this.#missing === 0) this.#onDone();
  }

  /** The line goes on; it ends after a while when a fault still waits for a connection. */
  #delay(line: Line): void {
    const sockets = [line.client, line.server];
    for (const socket of sockets) socket.pause();
    setTimeout(() => sockets.forEach((socket) => socket.resume()), DELAY_MS);
    setTimeout(() => this.#waiting.length > 0 && endLine(line), 2 * DELAY_MS);
  }
}

/** What is in our buffers is lost, too. */
function breakLine({ client, server }: Line): void {
  client.resetAndDestroy();
  server.destroy();
}

/** What was passed on before goes out first. */
function endLine(line: Line): void {
  line.isDead = true;
  line.client.destroySoon();
  line.server.destroySoon();
}

function endForClient(line: Line): void {
  line.client.end();
}
