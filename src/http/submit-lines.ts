// POST /v1/messages as application/x-ndjson: one JSON message per line, answered line by line while more lines come.

import type { Context } from 'hono';
import type { ContentLease } from '../net/content-lease.ts';
import { ChunkSource } from './chunk-source.ts';
import type { DoorEnv, HttpDoor } from './http-door.ts';
import { KEY_FAULT, parseIdempotencyKey, toRequestKey } from './idempotency-key.ts';
import { type JsonLine, parseJsonLine } from './json-message.ts';
import { LineRoom } from './line-room.ts';
import { type Line, LineSplitter } from './line-splitter.ts';
import { OrderedRun } from './ordered-run.ts';
import type { MessageRequest } from './message-request.ts';
import { failure, type Problem, type Result, toProblemJson } from './problem.ts';
import { ENVELOPE_HEADERS } from './raw-message.ts';
import { NO_ROOM, toBodyStream } from './read-body.ts';
import { DRAINING, refuseHead } from './request-head.ts';
import { logRefusal, refuse } from './refuse.ts';
import { submit, toAnswer } from './submit.ts';

/** The media type. */
export const NDJSON = 'application/x-ndjson';

// Enough for a broker or disk to confirm many at once; a client that reads no results is made to wait beyond it.
const BOUNDS = { maxJobs: 256, maxBytes: 4 * 1024 * 1024 };
const IDLE_TIMEOUT_MS = 60_000;
const TICK_MS = 1000;
// A longer line of blanks is not JSON, and is told so.
const MAX_BLANK = 1000;

/** Answers at once with 207, which promises nothing; each line of the answer is the promise for its line. */
export function submitLines(c: Context<DoorEnv>, door: HttpDoor): Response {
  const refused = refuseStream(c, door);
  if (refused !== undefined) return refuse(c, refused, door.log);
  const stream = toBodyStream(c.env.body, c.req.raw);
  const exchange = new Exchange({ c, door, source: new ChunkSource(stream), abandon: () => stream.destroy() });
  const body = new ReadableStream<Uint8Array>({
    start: () => void exchange.read(),
    pull: async (controller) => {
      const results = await exchange.take();
      if (results === undefined) controller.close();
      else controller.enqueue(Buffer.from(results));
    },
    cancel: () => exchange.stop(),
  }, { highWaterMark: 0 });
  return c.body(body, 207, { 'content-type': NDJSON });
}

function refuseStream(c: Context<DoorEnv>, door: HttpDoor): Problem | undefined {
  if (c.req.header('idempotency-key') !== undefined) return KEY_OF_MANY;
  const isStray = /[?]./.test(c.req.url) || ENVELOPE_HEADERS.some((name) => c.req.header(name) !== undefined);
  return isStray ? STRAY_ENVELOPE : refuseHead(c, door);
}

interface ExchangeParts {
  readonly c: Context<DoorEnv>;
  readonly door: HttpDoor;
  readonly source: ChunkSource;
  /** Cuts the connection. */
  readonly abandon: () => void;
}

/** One stream of lines and its stream of results. */
class Exchange {
  readonly #parts: ExchangeParts;
  readonly #run = new OrderedRun(BOUNDS);
  readonly #idleTimeoutMs: number;
  readonly #ticker: ReturnType<typeof setInterval>;
  #lastMove = performance.now();
  #lines = 0;
  /** Ends the wait for room. */
  readonly #gone = new AbortController();
  /** Why the rest of the lines is not read. */
  #stopped: Problem | 'gone' | undefined;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
    this.#idleTimeoutMs = parts.door.bodyIdleTimeoutMs ?? IDLE_TIMEOUT_MS;
    this.#ticker = setInterval(() => this.#look(), Math.min(TICK_MS, this.#idleTimeoutMs));
  }

  /** Begins every line in order; ends when the client does, or is made to. */
  async read(): Promise<void> {
    const { source, door } = this.#parts;
    const splitter = new LineSplitter(door.maxBytes);
    let room = this.#openRoom();
    for (let chunk = await source.next(); chunk !== undefined; chunk = await source.next()) {
      this.#lastMove = performance.now();
      for (const line of splitter.split(chunk)) {
        await this.#begin(line, room);
        room = this.#openRoom();
        if (this.#stopped !== undefined) break;
      }
      if (!await room.admit(splitter.pending)) splitter.forget();
    }
    const last = source.isComplete ? splitter.end() : undefined;
    if (last !== undefined) await this.#begin(last, room);
    else room.lease.release();
    if (typeof this.#stopped === 'object') await this.#report(this.#stopped);
    else if (!source.isComplete) logRefusal(this.#parts.c, INCOMPLETE, door);
    this.#run.end();
  }

  /** The next results; undefined after the last. */
  async take(): Promise<string | undefined> {
    const results = await this.#run.take();
    this.#lastMove = performance.now();
    if (results === undefined) clearInterval(this.#ticker);
    return results;
  }

  /** The client takes no more results: what has begun goes on, nothing else begins. */
  stop(): void {
    clearInterval(this.#ticker);
    this.#stopped = 'gone';
    this.#gone.abort();
    this.#parts.source.stop();
    this.#run.abandon();
  }

  /** Nobody is waited for any longer; the client is told why after its last result. */
  #leave(why: Problem): void {
    this.#stopped ??= why;
    this.#parts.source.stop();
  }

  #openRoom(): LineRoom {
    return new LineRoom(this.#parts.door, this.#gone.signal);
  }

  async #begin({ bytes }: Line, room: LineRoom): Promise<void> {
    const number = ++this.#lines;
    const hasRoom = await room.complete(bytes?.length ?? 0);
    const { lease } = room;
    const parse = () => hasRoom ? this.#parse(bytes) : failure(NO_ROOM);
    const hasBegun = await this.#run.begin(bytes?.length ?? 0, async () => {
      const result = await this.#submit(parse, { line: number, lease });
      lease.release();
      return result;
    });
    if (!hasBegun) lease.release();
  }

  async #report(problem: Problem): Promise<void> {
    logRefusal(this.#parts.c, problem, this.#parts.door);
    await this.#run.begin(0, () => Promise.resolve(`${toProblemJson(problem)}\n`));
  }

  async #submit(
    parse: () => Result<MessageRequest>,
    { line, lease }: { readonly line: number; readonly lease: ContentLease },
  ): Promise<string> {
    const { c, door } = this.#parts;
    try {
      const message = door.draining() ? failure(DRAINING) : parse();
      const submitted = await submit(message, { c, door, line, lease });
      if (submitted.ok) return `${JSON.stringify({ status: 202, ...toAnswer(submitted.records) })}\n`;
      if (!submitted.isLogged) logRefusal(c, submitted.problem, { log: door.log, line });
      return `${toProblemJson(submitted.problem)}\n`;
    } catch (error) {
      // The answer has begun, so that this is the door's boundary for exceptions: one line must not end the others.
      const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
      door.log.emit('gateway.fault', { session: c.get('requestId'), line, door: 'http', error: message, stack });
      return `${toProblemJson(INTERNAL)}\n`;
    }
  }

  #parse(bytes: Buffer | undefined): Result<MessageRequest> {
    const { c, door } = this.#parts;
    const line = parseLine(bytes, door);
    if (!line.ok) return line;
    const { message, key: text } = line.value;
    if (text === undefined) return { ok: true, value: message };
    const key = typeof text === 'string' ? parseIdempotencyKey(text, 'utf8') : undefined;
    if (key === undefined || bytes === undefined) return failure(KEY_OF_LINE);
    return { ok: true, value: { ...message, key: toRequestKey(c, { key, shape: [NDJSON, bytes] }) } };
  }

  /** Once a second: whether to wait on. While a queue is slow, the client has nothing to answer for. */
  #look(): void {
    const { source, door, abandon } = this.#parts;
    const isSilent = performance.now() - this.#lastMove >= this.#idleTimeoutMs;
    if (isSilent && this.#run.hasResult) {
      this.stop();
      abandon();
    } else if (source.isWaiting && door.draining()) this.#leave(DRAINING);
    else if (source.isWaiting && isSilent && this.#run.isIdle) this.#leave(TIMED_OUT);
  }
}

function parseLine(bytes: Buffer | undefined, { maxBytes }: HttpDoor): Result<JsonLine> {
  if (bytes === undefined) {
    return failure({ code: 'too-large', detail: `The line is longer than ${maxBytes} bytes.` });
  }
  // So that the n-th result is always that of the n-th line.
  if (/^[ \t\r]*$/.test(bytes.toString('latin1', 0, MAX_BLANK))) return failure(BLANK);
  return parseJsonLine(bytes);
}

const KEY_OF_MANY: Problem = {
  code: 'malformed-header',
  detail: 'Idempotency-Key goes with one message: give each line an idempotency-key of its own.',
  errors: [{ header: 'Idempotency-Key', detail: 'goes with one message' }],
};
const KEY_OF_LINE: Problem = {
  code: 'invalid-message',
  detail: 'Properties of the message are missing or wrong.',
  errors: [{ pointer: '/idempotency-key', detail: KEY_FAULT }],
};
const STRAY_ENVELOPE: Problem = { code: 'unexpected-parameter', detail: 'The envelope stands in each line.' };
const BLANK: Problem = { code: 'empty-body', detail: 'The line is empty.' };
const INTERNAL: Problem = { code: 'internal', detail: 'The line could not be handled.' };
const INCOMPLETE: Problem = { code: 'incomplete-body', detail: 'The connection ended inside the body.' };
const TIMED_OUT: Problem = { code: 'request-timeout', detail: 'Nothing arrived for too long.' };
