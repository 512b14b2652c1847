// A small file whose content may change while the gateway runs: looked at now and then, read again when it differs.

import { readFileSync, statSync } from 'node:fs';
import type { Parsed } from '../mail/parsed.ts';

/** How a changing file is read. */
export interface ChangingFileOptions<T> {
  readonly path: string;
  readonly parse: (text: string) => Parsed<T>;
  /** Told after every change: undefined when the new content is in use, else why the old one stays. */
  readonly onChange: (problem: string | undefined) => void;
  readonly now?: () => number;
}

// Often enough for an operator who waits for an edit to take effect, rare enough for the accept path.
const LOOK_INTERVAL_MS = 1000;
const MAX_BYTES = 16 * 1024 * 1024;

/** The file's latest good content. */
export class ChangingFile<T> {
  readonly #options: ChangingFileOptions<T>;
  readonly #now: () => number;
  #value: T;
  #version: string;
  #lookedAt: number;

  /** Reads the file; throws an Error that names it when it cannot be read or does not parse. */
  constructor(options: ChangingFileOptions<T>) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#lookedAt = this.#now();
    this.#version = this.#readVersion();
    const content = this.#parse();
    if (!content.ok) throw new Error(`${options.path}: ${content.problem}`);
    this.#value = content.value;
  }

  /** The content; looks for a change at most once a second. A bad new content leaves the old one in use. */
  get value(): T {
    const now = this.#now();
    if (Math.abs(now - this.#lookedAt) >= LOOK_INTERVAL_MS) {
      this.#lookedAt = now;
      this.#refresh();
    }
    return this.#value;
  }

  #refresh(): void {
    const version = this.#tryReadVersion();
    if (version === this.#version) return;
    this.#version = version;
    const content = this.#parse();
    if (content.ok) this.#value = content.value;
    this.#options.onChange(content.ok ? undefined : content.problem);
  }

  #parse(): Parsed<T> {
    const { path, parse } = this.#options;
    try {
      if (statSync(path).size > MAX_BYTES) throw new Error(`larger than ${MAX_BYTES} bytes`);
      return parse(readFileSync(path, 'utf8'));
    } catch (error) {
      return { ok: false, problem: (error as Error).message };
    }
  }

  /** A file that is away is a version of its own, so that its return is a change, too. */
  #tryReadVersion(): string {
    try {
      return this.#readVersion();
    } catch {
      return 'away';
    }
  }

  #readVersion(): string {
    const { mtimeMs, ctimeMs, size, ino } = statSync(this.#options.path);
    return [mtimeMs, ctimeMs, size, ino].join(' ');
  }
}
