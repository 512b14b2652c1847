// The one place where the HTTP door answers with a problem and writes it down.

import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Log } from '../telemetry/log.ts';
import type { DoorEnv } from './http-door.ts';
import { type Problem, PROBLEMS, toProblemHeaders, toProblemJson } from './problem.ts';

// The client chooses the path; the log line keeps the beginning of it.
const MAX_LOGGED_PATH = 100;

/** Answers with the problem. */
export function answerProblem(c: Context<DoorEnv>, problem: Problem): Response {
  return c.body(
    toProblemJson(problem),
    PROBLEMS[problem.code].status as ContentfulStatusCode,
    toProblemHeaders(problem),
  );
}

/** Answers with the problem and logs it; for refusals that the pipeline has not logged already. */
export function refuse(c: Context<DoorEnv>, problem: Problem, log: Log): Response {
  logRefusal(c, problem, { log });
  return answerProblem(c, problem);
}

/** Logs the problem, whatever way it is answered; `line` is the line of a stream that has it. */
export function logRefusal(
  c: Context<DoorEnv>,
  problem: Problem,
  { log, line }: { readonly log: Log; readonly line?: number },
): void {
  log.emit('http.request.rejected', {
    session: c.get('requestId'),
    remote: c.env.peer.address,
    ...(c.env.peer.proxy === undefined ? {} : { proxy: c.env.peer.proxy }),
    method: c.req.method,
    path: c.req.path.slice(0, MAX_LOGGED_PATH),
    ...(line === undefined ? {} : { line }),
    status: PROBLEMS[problem.code].status,
    code: problem.code,
  });
}
