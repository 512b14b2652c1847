// A bounded HTTP load: clients that post one message after the other, each under an Idempotency-Key, until it is taken.
import { setTimeout as sleep } from 'node:timers/promises';

/** What to send and for how long. */
export interface HttpLoadOptions {
  readonly port: number;
  readonly clients: number;
  /** Between two messages of a client. */
  readonly pauseMs: number;
  /** Ends the load: what has been asked before is still asked again until it is taken, for a minute at most. */
  readonly signal: AbortSignal;
  /** Told of every answer: how many ids it promises. */
  readonly onReply?: (promised: number) => void;
}

/** What the clients saw. */
export interface HttpLoadResult {
  /** One id for each key that was answered 202. */
  readonly ids: string[];
  /** Those of them whose request was sent more than once. */
  readonly repeated: Set<string>;
  /** Other answers, by status and code. */
  readonly refusals: Map<string, number>;
  /** Requests without an answer. */
  cut: number;
}

const LAST_WORD_MS = 60_000;
const AGAIN_MS = 30;

/** Runs the load; never rejects for what the gateway does. */
export async function runHttpLoad(options: HttpLoadOptions): Promise<HttpLoadResult> {
  const result: HttpLoadResult = { ids: [], repeated: new Set(), refusals: new Map(), cut: 0 };
  await Promise.all(Array.from({ length: options.clients }, async () => {
    while (!options.signal.aborted) {
      await sendUntilTaken(options, result);
      await sleep(options.pauseMs);
    }
  }));
  return result;
}

async function sendUntilTaken({ port, signal, onReply }: HttpLoadOptions, result: HttpLoadResult): Promise<void> {
  const key = crypto.randomUUID();
  let giveUpAt = Infinity;
  for (let attempt = 1; Date.now() < giveUpAt; attempt++) {
    const answer = await post(port, key);
    onReply?.(answer?.id === undefined ? 0 : 1);
    if (answer?.id !== undefined) {
      result.ids.push(answer.id);
      if (attempt > 1) result.repeated.add(answer.id);
      return;
    }
    if (answer === undefined) result.cut++;
    else result.refusals.set(answer.refusal, (result.refusals.get(answer.refusal) ?? 0) + 1);
    if (signal.aborted) giveUpAt = Math.min(giveUpAt, Date.now() + LAST_WORD_MS);
    await sleep(AGAIN_MS);
  }
}

/** Undefined when there was no answer. */
async function post(port: number, key: string): Promise<{ id?: string; refusal: string } | undefined> {
  const mime = `Subject: ${key}\r\n\r\n${'A line of the body.\r\n'.repeat(50)}`;
  try {
    const response = await fetch(`http://127.0.0.1:${port}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ envelope: 'sender@example.com', recipient: 'rcpt@example.org', mime }),
      signal: AbortSignal.timeout(60_000),
    });
    const body = await response.json() as { id?: string; code?: string };
    if (response.status === 202 && body.id !== undefined) return { id: body.id, refusal: '' };
    return { refusal: `${response.status} ${body.code ?? ''}` };
  } catch {
    return undefined;
  }
}
