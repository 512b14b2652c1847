// The reader of one connection's bytes: command lines one by one, or content up to its end, never ahead of the replies.

import { SMTPStream } from 'smtp-server/lib/smtp-stream.js';
import { DataReader } from './data-reader.ts';

/** What the session does with what was read; a promise holds back everything after it. */
export interface WireEvents {
  /** A line without its line end. */
  onLine(line: Buffer): void | Promise<void>;
  /** A line that was dropped; `start` is how it begins. */
  onLineTooLong(start: Buffer): void | Promise<void>;
  onContent(content: DataReader): void | Promise<void>;
  /** More of the content has come, and its end has not. */
  onMoreContent(content: DataReader): void | Promise<void>;
  /** All input so far is worked off: replies may go out together. */
  onIdle(): void;
  /** The client sends nothing more, and everything it sent is answered. */
  onEnd(): void;
}

// Room for the longest AUTH line (RFC 4954 section 4), which is the longest command.
const MAX_LINE = 12288;
// How many lines to answer before other connections get their turn.
const LINES_PER_TURN = 100;
// What is kept of a line that is too long: enough to tell its verb.
const START_OF_LINE = 16;
const LF = 0x0a;
const CR = 0x0d;
const NOTHING = Buffer.alloc(0);

/** Takes the place of the library's parser; `isClosed` makes it swallow everything. */
export class WireReader extends SMTPStream {
  readonly #events: WireEvents;
  #input: Buffer = NOTHING;
  #content: DataReader | undefined;
  /** The start of a line that is too long, until its end has come. */
  #dropped: Buffer | undefined;

  constructor(events: WireEvents) {
    super();
    this.#events = events;
    // The library dispatches a last line without a line end at the end of input; a command needs its line end.
    this.removeAllListeners('finish');
    this.once('finish', () => events.onEnd());
  }

  /** Whether content is being read. */
  get isInContent(): boolean {
    return this.#content !== undefined;
  }

  /** What comes next is content, of which at most `maxBytes` are kept. */
  readContent(maxBytes: number): void {
    this.#content = new DataReader(maxBytes);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, next: (error?: Error) => void): void {
    this.#input = this.#input.length === 0 ? chunk : Buffer.concat([this.#input, chunk]);
    this.#advance(next);
  }

  /** Works off the input; stops at a promise and goes on when it is settled. */
  #advance(next: () => void): void {
    for (let turns = 0; !this.isClosed; turns++) {
      if (turns === LINES_PER_TURN) {
        setImmediate(() => this.#advance(next));
        return;
      }
      const step = this.#content === undefined ? this.#readLine() : this.#readContent(this.#content);
      if (step === 'starved') break;
      if (step !== undefined) {
        this.#events.onIdle();
        step.then(() => this.#advance(next));
        return;
      }
    }
    if (this.isClosed) this.#input = NOTHING;
    this.#events.onIdle();
    next();
  }

  #readLine(): 'starved' | void | Promise<void> {
    const end = this.#input.indexOf(LF);
    if (end < 0) {
      // One more byte than a line may have is undecided: it may be the CR of its end.
      if (this.#input.length <= MAX_LINE + 1) return 'starved';
      this.#dropped ??= Buffer.from(this.#input.subarray(0, START_OF_LINE));
      this.#input = NOTHING;
      return 'starved';
    }
    const line = this.#input.subarray(0, end > 0 && this.#input[end - 1] === CR ? end - 1 : end);
    // An empty part of a buffer holds the whole, and a session may be idle for long.
    this.#input = end + 1 < this.#input.length ? this.#input.subarray(end + 1) : NOTHING;
    const dropped = this.#dropped ?? (line.length > MAX_LINE ? line : undefined);
    this.#dropped = undefined;
    return dropped === undefined ? this.#events.onLine(line) : this.#events.onLineTooLong(dropped);
  }

  #readContent(content: DataReader): 'starved' | void | Promise<void> {
    if (this.#input.length === 0) return 'starved';
    const rest = content.push(this.#input);
    this.#input = rest === undefined || rest.length === 0 ? NOTHING : rest;
    if (rest === undefined) return this.#events.onMoreContent(content) ?? 'starved';
    this.#content = undefined;
    return this.#events.onContent(content);
  }
}
