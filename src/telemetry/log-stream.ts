// Standard output or error as a place for log lines: nothing is lost to a slow reader, and a stuck one stops no mail.

import { Buffer } from 'node:buffer';
import { writeSync } from 'node:fs';
import process from 'node:process';
import { countLines, type LogReport } from './log-file.ts';

/** Options of `LogStream`. */
export interface LogStreamOptions {
  readonly name: 'stdout' | 'stderr';
  readonly descriptor: number;
  /** Told once when lines begin to be dropped, and once when the reader goes on. */
  readonly report: LogReport;
  /** Writes like `writeSync`; throws EAGAIN while the reader is behind. */
  readonly write?: (descriptor: number, bytes: Uint8Array) => number;
  readonly mostHeldBytes?: number;
  /** How long `close` and the end of the process wait for the reader. */
  readonly patienceMs?: number;
}

const MOST_HELD_BYTES = 8 << 20;
const PATIENCE_MS = 5000;
const RETRY_MS = 10;

/**
 * The stream. Node's own loses what a full pipe did not take when the process exits on the spot, and keeps it without a
 * bound until then.
 */
export class LogStream {
  readonly #options: LogStreamOptions;
  readonly #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** Lines that there was no room for. */
  #lost = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #onExit = () => this.#finish();

  constructor(options: LogStreamOptions) {
    this.#options = options;
    process.on('exit', this.#onExit);
  }

  /** Writes lines, each with its line feed. */
  write(lines: string): void {
    const bytes = Buffer.from(lines);
    if (this.#heldBytes > 0) return this.#hold(bytes);
    const written = this.#tryWrite(bytes);
    if (written < bytes.length) this.#hold(bytes.subarray(written));
  }

  /** Waits for a reader that is behind, within bounds. */
  close(): void {
    this.#finish();
    process.off('exit', this.#onExit);
  }

  #hold(bytes: Uint8Array): void {
    const { mostHeldBytes = MOST_HELD_BYTES, name, report } = this.#options;
    if (this.#heldBytes > 0 && this.#heldBytes + bytes.length > mostHeldBytes) {
      const isFirst = this.#lost === 0;
      this.#lost += countLines(bytes);
      if (isFirst) report('log.failed', { sink: name, error: 'its reader does not read' });
      return;
    }
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    this.#timer ??= setTimeout(() => this.#retry(), RETRY_MS).unref();
  }

  #retry(): void {
    this.#timer = undefined;
    if (!this.#writeHeld()) this.#timer = setTimeout(() => this.#retry(), RETRY_MS).unref();
  }

  /** True when nothing is held any more. */
  #writeHeld(): boolean {
    let done = 0;
    for (const bytes of this.#held) {
      const written = this.#tryWrite(bytes);
      this.#heldBytes -= written;
      if (written < bytes.length) {
        this.#held[done] = bytes.subarray(written);
        break;
      }
      done++;
    }
    this.#held.splice(0, done);
    if (this.#heldBytes > 0) return false;
    const lost = this.#lost;
    this.#lost = 0;
    if (lost > 0) this.#options.report('log.restored', { sink: this.#options.name, lost });
    return true;
  }

  #finish(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { patienceMs = PATIENCE_MS } = this.#options;
    const until = performance.now() + patienceMs;
    while (this.#heldBytes > 0 && !this.#writeHeld() && performance.now() < until) sleep(RETRY_MS);
  }

  /** The number of bytes that are done with: written, or of no use to anybody because the reader is gone. */
  #tryWrite(bytes: Uint8Array): number {
    const { descriptor, write = writeSync } = this.#options;
    let written = 0;
    try {
      while (written < bytes.length) written += write(descriptor, bytes.subarray(written));
    } catch (error) {
      if (!isBehind(error)) return bytes.length;
    }
    return written;
  }
}

function isBehind(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}

/** Only the end of the process may wait like this. */
function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
