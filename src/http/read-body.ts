// Reads a request body in the pieces it arrives in, bounded in bytes and in silence.

import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { setTimeout as startTimer } from 'node:timers';
import type { ContentLease } from '../net/content-lease.ts';
import { failure, type Problem, type Result } from './problem.ts';

/** Bounds of a body. */
export interface BodyLimits {
  readonly maxBytes: number;
  /** Milliseconds without a byte after which the body is given up. */
  readonly idleTimeoutMs: number;
  /** The room for it. */
  readonly lease: Pick<ContentLease, 'expect' | 'admit'>;
}

/** The Node stream of the connection where there is one, else the body of the web request. */
export function toBodyStream(incoming: Readable | undefined, request: Request): Readable {
  if (incoming !== undefined) return incoming;
  return request.body === null ? Readable.from([]) : Readable.fromWeb(request.body as ReadableStream);
}

/** The reason not to read a body that is said to be longer than the limit. */
export function refuseLength(contentLength: string | undefined, maxBytes: number): Problem | undefined {
  return Number(contentLength ?? 0) > maxBytes ? tooLarge(maxBytes) : undefined;
}

/**
 * Collects the body. What exceeds the limit is discarded while the answer goes out, since a client that is still
 * sending would lose an answer that came with a closed connection.
 */
export async function readBody(
  stream: Readable,
  contentLength: string | undefined,
  { maxBytes, idleTimeoutMs, lease }: BodyLimits,
): Promise<Result<Uint8Array[]>> {
  const refused = refuseLength(contentLength, maxBytes);
  if (refused !== undefined) return failure(refused);
  const announced = contentLength === undefined ? undefined : Number(contentLength);
  if (!await lease.expect(announced)) return failure(NO_ROOM);
  return await new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const timer = startTimer(() => settle(failure(TIMED_OUT)), idleTimeoutMs);
    function settle(result: Result<Uint8Array[]>): void {
      clearTimeout(timer);
      stream.off('data', onData).off('end', onEnd).off('close', onClose);
      resolve(result);
    }
    function onData(chunk: Uint8Array): void {
      timer.refresh();
      size += chunk.length;
      if (size > maxBytes) settle(failure(tooLarge(maxBytes)));
      else {
        chunks.push(chunk);
        keepWithin(lease.admit(size));
      }
    }
    function keepWithin(granted: boolean | Promise<boolean>): void {
      if (granted === true) return;
      if (granted === false) return settle(failure(NO_ROOM));
      stream.pause();
      void granted.then((late) => {
        keepWithin(late);
        stream.resume();
      });
    }
    function onEnd(): void {
      settle(size === 0 ? failure(EMPTY) : { ok: true, value: chunks });
    }
    function onClose(): void {
      settle(failure(INCOMPLETE));
    }
    // An error is always followed by `close`; the listener stays, so that a late one cannot end the process.
    stream.on('error', ignoreError).on('data', onData).on('end', onEnd).on('close', onClose);
    if (stream.readableEnded) onEnd();
    else if (stream.destroyed) onClose();
  });
}

/** A body in one piece, copied only where it came in several. */
export function joinChunks(chunks: readonly Uint8Array[]): Buffer {
  const [first] = chunks;
  if (first === undefined || chunks.length > 1) return Buffer.concat(chunks);
  return Buffer.from(first.buffer, first.byteOffset, first.byteLength);
}

function ignoreError(): void {}

const EMPTY: Problem = { code: 'empty-body', detail: 'The request has no body.' };
const INCOMPLETE: Problem = { code: 'incomplete-body', detail: 'The connection ended inside the body.' };
const TIMED_OUT: Problem = {
  code: 'request-timeout',
  detail: 'Nothing arrived for too long.',
  headers: { connection: 'close' },
};

/** The answer where memory-limit leaves no room. */
export const NO_ROOM: Problem = { code: 'memory', detail: 'Too much mail is in flight.' };

function tooLarge(maxBytes: number): Problem {
  return { code: 'too-large', detail: `The body is larger than ${maxBytes} bytes.` };
}
