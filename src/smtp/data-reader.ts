// The DATA framing (RFC 5321 section 4.5.2): ends at CRLF.CRLF only, removes stuffed dots after CRLF only, keeps every other byte.

const CR = 0x0d;
const LF = 0x0a;
const DOT = 0x2e;
const LINE_DOT = Buffer.from('\r\n.', 'latin1');
// Pieces below this are gathered into blocks, so that a client that sends byte by byte does not cost a buffer a byte.
const SMALL_PIECE = 1024;
const MIN_BLOCK = 4096;
const MAX_BLOCK = 65536;
const NO_BLOCK = Buffer.alloc(0);

/** Where the reader stands between two chunks. */
type Position = 'mid-line' | 'after-cr' | 'line-start' | 'after-dot' | 'after-dot-cr';

/** Collects the content of one DATA phase. */
export class DataReader {
  readonly #maxBytes: number;
  #position: Position = 'line-start';
  #pieces: Buffer[] = [];
  #block = NO_BLOCK;
  #runStart = 0;
  #runEnd = 0;
  #size = 0;
  #isDropped = false;

  /** @param maxBytes content beyond this is read but not kept */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes of content seen so far. */
  get size(): number {
    return this.#size;
  }

  /** Whether content was dropped because it went over the limit. */
  get isOversized(): boolean {
    return this.#size > this.#maxBytes;
  }

  /** Whether the content was given up: it is read to its end, but not kept. */
  get isDropped(): boolean {
    return this.#isDropped;
  }

  /** Gives the content up. */
  drop(): void {
    this.#isDropped = true;
    this.#forget();
  }

  /** The content in arrival order; call once, after the end was seen. */
  takeContent(): Buffer[] {
    this.#endRun();
    return this.#pieces;
  }

  /**
   * Reads one chunk, whose memory it takes over. Returns what follows the terminator once it was seen, else undefined.
   */
  push(chunk: Buffer): Buffer | undefined {
    const start = this.#crossSeam(chunk);
    if (start < 0) return chunk.subarray(-start);
    return this.#position === 'mid-line' ? this.#readLines(chunk, start) : undefined;
  }

  /** Byte by byte until in the middle of a line; returns that offset, or minus the offset after the terminator. */
  #crossSeam(chunk: Buffer): number {
    let at = 0;
    while (at < chunk.length && this.#position !== 'mid-line') {
      const byte = chunk[at++]!;
      if (this.#position === 'after-dot-cr') {
        if (byte === LF) return -at;
        this.#keep(Buffer.from([CR]));
        this.#position = 'after-cr';
      }
      if (this.#position === 'line-start' && byte === DOT) this.#position = 'after-dot';
      else if (this.#position === 'after-dot' && byte === CR) this.#position = 'after-dot-cr';
      else {
        this.#keep(chunk.subarray(at - 1, at));
        this.#position = byte === CR
          ? 'after-cr'
          : byte === LF && this.#position === 'after-cr'
          ? 'line-start'
          : 'mid-line';
      }
    }
    return at;
  }

  /** The fast path: jumps from one dot at a line start to the next and closes the gaps in place. */
  #readLines(chunk: Buffer, start: number): Buffer | undefined {
    let write = start;
    let read = start;
    const keepUntil = (end: number) => {
      if (write !== read) chunk.copyWithin(write, read, end);
      write += end - read;
      read = end;
    };
    for (let found = chunk.indexOf(LINE_DOT, start); found >= 0; found = chunk.indexOf(LINE_DOT, read)) {
      keepUntil(found + 2);
      read = found + 3; // without the dot
      if (chunk[read] === CR && chunk[read + 1] === LF) {
        this.#keep(chunk.subarray(start, write));
        return chunk.subarray(read + 2);
      }
      const undecided = read === chunk.length || (chunk[read] === CR && read + 1 === chunk.length);
      if (undecided) {
        this.#position = read === chunk.length ? 'after-dot' : 'after-dot-cr';
        this.#keep(chunk.subarray(start, write));
        return undefined;
      }
    }
    const last = chunk[chunk.length - 1];
    if (last === CR) this.#position = 'after-cr';
    else if (last === LF && chunk.length - read >= 2 && chunk[chunk.length - 2] === CR) this.#position = 'line-start';
    keepUntil(chunk.length);
    this.#keep(chunk.subarray(start, write));
    return undefined;
  }

  #keep(piece: Buffer): void {
    this.#size += piece.length;
    if (piece.length === 0) return;
    if (this.isOversized || this.#isDropped) {
      this.#forget();
    } else if (piece.length >= SMALL_PIECE) {
      this.#endRun();
      this.#pieces.push(piece);
    } else {
      this.#gather(piece);
    }
  }

  #forget(): void {
    this.#pieces = [];
    this.#block = NO_BLOCK;
    this.#runStart = this.#runEnd = 0;
  }

  #gather(piece: Buffer): void {
    if (this.#runEnd + piece.length > this.#block.length) {
      this.#endRun();
      this.#block = Buffer.allocUnsafe(Math.min(Math.max(this.#block.length * 2, MIN_BLOCK), MAX_BLOCK));
      this.#runStart = this.#runEnd = 0;
    }
    piece.copy(this.#block, this.#runEnd);
    this.#runEnd += piece.length;
  }

  /** What was gathered so far is one piece; the rest of the block serves the next run. */
  #endRun(): void {
    if (this.#runEnd > this.#runStart) this.#pieces.push(this.#block.subarray(this.#runStart, this.#runEnd));
    this.#runStart = this.#runEnd;
  }
}
