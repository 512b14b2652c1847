// Cuts a stream of bytes into lines, holding no more than one unfinished line within its bound.

/** One line without its line end. */
export interface Line {
  /** Left out: the line is longer than the bound, or was forgotten, and its bytes are gone. */
  readonly bytes?: Buffer;
}

const LF = 0x0a;

/** Splits at LF; a CR in front of it stays, it is a blank in JSON. */
export class LineSplitter {
  readonly #maxBytes: number;
  #pieces: Uint8Array[] = [];
  #size = 0;
  #isForgotten = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes held of the unfinished line. */
  get pending(): number {
    return this.#pieces.length === 0 ? 0 : this.#size;
  }

  /** Lets go of the unfinished line; it comes without bytes when it ends. */
  forget(): void {
    this.#isForgotten = true;
    this.#pieces = [];
  }

  /** The lines that end in this chunk, one by one, as windows into it where they lie in it whole. */
  *split(chunk: Buffer): Generator<Line> {
    let start = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      this.#add(chunk.subarray(start, end));
      yield this.#take();
      start = end + 1;
    }
    this.#add(chunk.subarray(start));
  }

  /** The last line, when the stream ends without a line end. */
  end(): Line | undefined {
    return this.#size === 0 ? undefined : this.#take();
  }

  #add(piece: Buffer): void {
    this.#size += piece.length;
    if (this.#isForgotten || this.#size > this.#maxBytes) this.#pieces = [];
    else if (piece.length > 0) this.#pieces.push(piece);
  }

  #take(): Line {
    const pieces = this.#pieces;
    const isGone = this.#isForgotten || this.#size > this.#maxBytes;
    this.#pieces = [];
    this.#size = 0;
    this.#isForgotten = false;
    if (isGone) return {};
    const [first] = pieces;
    return { bytes: pieces.length === 1 && Buffer.isBuffer(first) ? first : Buffer.concat(pieces) };
  }
}
