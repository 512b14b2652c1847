// Takes the chunks of a body one by one, and leaves the stream as it is when the reader has had enough.

import type { Readable } from 'node:stream';

/** A body between two chunks is paused, which makes the client wait. */
export class ChunkSource {
  readonly #stream: Readable;
  readonly #chunks: Buffer[] = [];
  #isOver = false;
  #wake: (() => void) | undefined;

  constructor(stream: Readable) {
    this.#stream = stream;
    // An error is always followed by `close`; the listener stays, so that a late one cannot end the process.
    stream.on('error', ignoreError).on('data', this.#onData).on('end', this.#onOver).on('close', this.#onOver).pause();
    this.#isOver = stream.readableEnded || stream.destroyed;
  }

  /** Whether the reader waits for the client. */
  get isWaiting(): boolean {
    return this.#wake !== undefined;
  }

  /** Whether the body came to its end; false while it is read, and after the connection was lost. */
  get isComplete(): boolean {
    return this.#stream.readableEnded;
  }

  /** The next chunk; undefined when there is none, or when `stop` was called. One call at a time. */
  async next(): Promise<Buffer | undefined> {
    if (this.#chunks.length === 0 && !this.#isOver) {
      const arrived = new Promise<void>((resolve) => this.#wake = resolve);
      this.#stream.resume();
      await arrived;
    }
    return this.#chunks.shift();
  }

  /** Reads no further; the stream is left paused to whoever cleans up. */
  stop(): void {
    this.#stream.off('data', this.#onData).off('end', this.#onOver).off('close', this.#onOver).pause();
    this.#onOver();
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#stream.pause();
    this.#chunks.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    this.#release();
  };

  readonly #onOver = (): void => {
    this.#isOver = true;
    this.#release();
  };

  #release(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}

function ignoreError(): void {}
