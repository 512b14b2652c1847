// A log file that several processes may append to: whole lines in one write, opened again for logrotate.

import { Buffer } from 'node:buffer';
import { closeSync, openSync, writeSync } from 'node:fs';
import type { EventName } from './events.ts';

/** Tells how a place for log lines is doing. */
export type LogReport = (event: EventName, fields: { readonly [name: string]: string | number }) => void;

/** Options of `LogFile`. */
export interface LogFileOptions {
  /** Told once when the file begins to fail, once when it takes lines again, and whenever it is opened again. */
  readonly report: LogReport;
  /** Writes like `writeSync` from `offset` to the end. */
  readonly write?: (descriptor: number, bytes: Uint8Array, offset: number) => number;
}

const LINE_FEED = 10;
/** Others may not read who writes to whom. */
const MODE = 0o640;

/** An open log file. A failing disk under it never throws. */
export class LogFile {
  readonly #path: string;
  readonly #report: LogReport;
  readonly #write: NonNullable<LogFileOptions['write']>;
  #descriptor: number;
  #isClosed = false;
  #isFailing = false;
  /** The disk was full in the middle of a line. */
  #isTorn = false;
  /** Lines that a failing disk did not take. */
  #lost = 0;

  /** Opens the file, or creates it; throws an Error that names it when that cannot be done. */
  constructor(path: string, { report, write = writeSync }: LogFileOptions) {
    this.#path = path;
    this.#report = report;
    this.#write = write;
    try {
      this.#descriptor = open(path);
    } catch (error) {
      throw new Error(`Cannot open the log file ${path}: ${toReason(error)}`, { cause: error });
    }
  }

  /** Appends lines, each with its line feed. Together they are one write, so that those of other processes stay whole. */
  append(lines: string): void {
    if (this.#isClosed) return;
    const head = this.#isTorn ? '\n' : '';
    const bytes = Buffer.from(head + lines);
    let written = 0;
    try {
      while (written < bytes.length) written += this.#write(this.#descriptor, bytes, written);
      this.#isTorn = false;
      this.#restore();
    } catch (error) {
      if (written > 0) this.#isTorn = bytes[written - 1] !== LINE_FEED;
      this.#fail(error, countLines(bytes.subarray(Math.max(written, head.length))));
    }
  }

  /** Opens the path again, which may be another file by now; the one before stays in use where that cannot be done. */
  reopen(): void {
    if (this.#isClosed) return;
    const before = this.#descriptor;
    try {
      this.#descriptor = open(this.#path);
    } catch (error) {
      return this.#report('log.kept', { sink: this.#path, error: toReason(error) });
    }
    closeSync(before);
    this.#isTorn = false;
    this.#report('log.reopened', { sink: this.#path });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#descriptor);
  }

  #fail(error: unknown, lost: number): void {
    this.#lost += lost;
    if (this.#isFailing) return;
    // Before the report: it may come back as a line for this very file.
    this.#isFailing = true;
    this.#report('log.failed', { sink: this.#path, error: toReason(error) });
  }

  #restore(): void {
    if (!this.#isFailing) return;
    const lost = this.#lost;
    this.#isFailing = false;
    this.#lost = 0;
    this.#report('log.restored', { sink: this.#path, lost });
  }
}

function open(path: string): number {
  return openSync(path, 'a', MODE);
}

/** Whole lines among bytes. */
export function countLines(bytes: Uint8Array): number {
  return bytes.reduce((count, byte) => byte === LINE_FEED ? count + 1 : count, 0);
}

function toReason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
