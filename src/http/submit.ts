// The common end of every form of a message: its envelope judged, its parts composed, then the pipeline.

import type { Context } from 'hono';
import type { StoredRecord } from '../mail/disposition.ts';
import type { ContentLease } from '../net/content-lease.ts';
import type { Submission } from '../pipeline/submission.ts';
import { composeMail } from './compose-mail.ts';
import type { DoorEnv, HttpDoor } from './http-door.ts';
import type { MessageRequest } from './message-request.ts';
import { type Problem, type Result, toProblem } from './problem.ts';
import { answerProblem, refuse } from './refuse.ts';
import { resolveEnvelope } from './resolve-envelope.ts';
import { submitOnce } from './submit-once.ts';

/** The durable records of a message, or why there are none and whether the pipeline has written that down. */
export type Submitted =
  | {
    readonly ok: true;
    readonly records: readonly StoredRecord[];
    /** Whether they were published by an earlier request with the same Idempotency-Key. */
    readonly isReplay: boolean;
  }
  | { readonly ok: false; readonly problem: Problem; readonly isLogged: boolean };

/** What `submit` needs beside the message. */
export interface SubmitOptions {
  readonly door: HttpDoor;
  /** The request that brought the message. */
  readonly c: Context<DoorEnv>;
  /** The pipeline's verb; every step unless it is `inject`. */
  readonly verb?: 'ingest' | 'inject';
  /** Its line in a stream of messages; left out: it is no such line. */
  readonly line?: number;
  /** The room that the message takes; left out: that of the request. */
  readonly lease?: ContentLease;
}

/** Resolves when every record is durable, or with the reason why not. */
export async function submit(
  message: Result<MessageRequest>,
  { door, c, verb = 'ingest', line, lease = c.get('lease') }: SubmitOptions,
): Promise<Submitted> {
  if (!message.ok) return refused(message.problem);
  const resolved = resolveEnvelope(message.value, door);
  if (!resolved.ok) return refused(resolved.problem);
  const { mail, properties, isUrgent, key } = message.value;
  const composed = mail === undefined ? undefined : await composeMail(mail, door);
  if (composed?.ok === false) return refused(composed.problem);
  const { address, port, secure } = c.env.peer;
  const submission: Submission = {
    origin: { door: 'http', authentication: c.get('authentication'), remoteIp: address, remotePort: port, secure },
    trusted: true,
    hostname: door.hostname,
    sessionId: c.get('requestId'),
    lease,
    ...resolved.value,
    ...(composed === undefined ? {} : { content: composed.value }),
    ...(properties === undefined ? {} : { properties }),
    ...(isUrgent === undefined ? {} : { isUrgent }),
    ...(line === undefined ? {} : { line }),
  };
  const once = await submitOnce(
    { key, keys: door.keys },
    (claimed) => door.pipeline[verb](claimed === undefined ? submission : { ...submission, key: claimed }),
  );
  if (!once.ok) return refused(once.problem);
  const { disposition, isReplay } = once.value;
  if (disposition.outcome === 'accepted') return { ok: true, records: disposition.records, isReplay };
  return { ok: false, problem: toProblem(disposition), isLogged: true };
}

function refused(problem: Problem): Submitted {
  return { ok: false, problem, isLogged: false };
}

/** What the client is told of its records. */
export function toAnswer(
  stored: readonly StoredRecord[],
): { readonly id: string | undefined; readonly records: object[] } {
  const records = stored.map(({ id, recipient, queue }) => ({ 'message-id': id, recipient, queue }));
  return { id: stored[0]?.id, records };
}

/** The header by which a client knows an answer for a repetition; none where it is not. */
export function toReplayHeader({ isReplay }: Submitted & { readonly ok: true }): Record<string, string> {
  return isReplay ? { 'idempotency-replayed': 'true' } : {};
}

/** The answer to a message that was not taken. */
export function answerRefused(
  { problem, isLogged }: Submitted & { readonly ok: false },
  { c, door }: SubmitOptions,
): Response {
  return isLogged ? answerProblem(c, problem) : refuse(c, problem, door.log);
}
