// Answers what is not HTTP, too slow or too long before it becomes a request, in the form of every other problem.

import { RequestError } from '@hono/node-server';
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Log } from '../telemetry/log.ts';
import { type Problem, PROBLEMS, toProblemHeaders, toProblemJson } from './problem.ts';

// How long a client that was not let in may take to read why.
const FAREWELL_MS = 1000;

/** Writes the answer if there is still anybody to read it, and ends the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex, log: Log): void {
  // A client that left, in the middle of a request or not, is nothing to write down twice: reading its body noticed.
  if (error.code === 'ECONNRESET' || error.code === 'HPE_INVALID_EOF_STATE' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = toClientProblem(error.code);
  socket.end(toResponse(problem, report(problem, log)));
}

/** Tells a client that all places are taken; what it sends is thrown away for a moment, lest it resets the answer. */
export function answerFull(socket: Socket): void {
  const deadline = setTimeout(() => socket.destroy(), FAREWELL_MS);
  socket.once('close', () => clearTimeout(deadline));
  socket.resume().end(toResponse(FULL, randomUUID()));
}

/** The answer to what fails before the application sees it: HTTP without a usable target or Host, or a fault of ours. */
export function answerAdapterError(error: unknown, log: Log): Response {
  const isMalformed = error instanceof RequestError;
  if (!isMalformed) log.emit('gateway.fault', { door: 'http', error: String(error) });
  const problem = isMalformed ? MALFORMED : INTERNAL;
  const headers = { ...toProblemHeaders(problem), 'x-request-id': report(problem, log) };
  return new Response(toProblemJson(problem), { status: PROBLEMS[problem.code].status, headers });
}

/** Logs the problem under a new request id, which it returns. */
function report({ code }: Problem, log: Log): string {
  const session = randomUUID();
  log.emit('http.request.rejected', { session, status: PROBLEMS[code].status, code });
  return session;
}

const FULL: Problem = { code: 'too-many-connections', detail: 'All connections of the gateway are taken.' };
const MALFORMED: Problem = { code: 'malformed-request', detail: 'This is not a valid HTTP request.' };
const INTERNAL: Problem = { code: 'internal', detail: 'The request could not be handled.' };

function toClientProblem(errorCode: string | undefined): Problem {
  switch (errorCode) {
    case 'HPE_HEADER_OVERFLOW':
      return { code: 'header-too-large', detail: 'The request line and headers are too long.' };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { code: 'request-timeout', detail: 'The request took too long to arrive.' };
    default:
      return MALFORMED;
  }
}

function toResponse(problem: Problem, requestId: string): string {
  const { status } = PROBLEMS[problem.code];
  const body = toProblemJson(problem);
  const headers = {
    ...toProblemHeaders(problem),
    'x-request-id': requestId,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`;
}
