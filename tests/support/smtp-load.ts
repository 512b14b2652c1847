// A bounded SMTP load: sessions that send one message after the other and remember every id they were promised.
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How much to send. */
export interface LoadOptions {
  readonly port: number;
  readonly sessions: number;
  /** Of every message; 1 when not given. */
  readonly recipients?: number;
  /** Between two messages of a session; none when not given. */
  readonly pauseMs?: number;
  /** Told of every reply that ends a transaction: how many ids it promises. */
  readonly onReply?: (promised: number) => void;
  /** Messages over all sessions; the load ends when all were tried or `signal` fires. */
  readonly messages: number;
  readonly signal?: AbortSignal;
  /** Content without the final dot; dots already stuffed. */
  readonly content?: string;
  /** Whether a session that was cut or refused connects again. */
  readonly reconnect?: boolean;
}

/** What the clients saw. */
export interface LoadResult {
  /** Ids of all 250s after DATA. */
  readonly ids: string[];
  /** The same ids by session, each in the order in which it was promised. */
  readonly idsBySession: readonly string[][];
  /** Replies that refused a transaction, by their first line. */
  readonly refusals: Map<string, number>;
  /** Sessions that were told 421 when they began a transaction: nothing of it was sent. */
  turnedAway: number;
  /** Sessions that ended without a reply to something they had sent. */
  broken: number;
  /** Those of them that were inside a transaction, between the reply to MAIL and the last one. */
  cut: number;
}

const CONTENT = `Subject: load\r\n\r\n${'A line of the body, nothing special about it at all.\r\n'.repeat(70)}`;

/** Runs the load; never rejects for what the gateway does. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const idsBySession = Array.from({ length: options.sessions }, (): string[] => []);
  const result: LoadResult = { ids: [], idsBySession, refusals: new Map(), turnedAway: 0, broken: 0, cut: 0 };
  const budget = { left: options.messages };
  await Promise.all(idsBySession.map((ids) => runSessions(options, { result, budget, ids })));
  return result;
}

interface Shared {
  readonly result: LoadResult;
  readonly budget: { left: number };
  /** Of this session. */
  readonly ids: string[];
}

async function runSessions(options: LoadOptions, shared: Shared): Promise<void> {
  do {
    try {
      await runSession(options, shared);
      return;
    } catch {
      shared.result.broken++;
      await sleep(50);
    }
  } while (options.reconnect === true && shared.budget.left > 0 && options.signal?.aborted !== true);
}

async function runSession(options: LoadOptions, { result, budget, ids }: Shared): Promise<void> {
  const socket = connect(options.port, '127.0.0.1');
  socket.setTimeout(60_000, () => socket.destroy(new Error('no reply for a minute')));
  try {
    const replies = readReplies(socket);
    await expect(replies, '220');
    await talk(socket, replies, { say: 'EHLO load.example', code: '250' });
    while (budget.left > 0 && options.signal?.aborted !== true) {
      budget.left--;
      await sendOne(socket, replies, { result, ids, options });
      if (options.pauseMs !== undefined) await sleep(options.pauseMs);
    }
    socket.end('QUIT\r\n');
  } finally {
    socket.destroy();
  }
}

type Sending = Pick<Shared, 'result' | 'ids'> & { readonly options: LoadOptions };

async function sendOne(socket: Socket, replies: AsyncGenerator<string>, sending: Sending): Promise<void> {
  const { result, ids, options } = sending;
  const steps = [
    { say: 'MAIL FROM:<sender@example.com>', code: '250' },
    ...Array.from(
      { length: options.recipients ?? 1 },
      (_, n) => ({ say: `RCPT TO:<rcpt${n}@example.org>`, code: '250' }),
    ),
    { say: 'DATA', code: '354' },
    { say: `${options.content ?? CONTENT}.`, code: '250' },
  ];
  let reply = '';
  for (const [index, { say, code }] of steps.entries()) {
    socket.write(`${say}\r\n`);
    reply = (await replies.next()).value ?? '';
    if (reply === '') {
      if (index > 0) result.cut++;
      throw new Error('cut before the reply');
    }
    if (index === 0 && reply.startsWith('421')) {
      result.turnedAway++;
      throw new Error(reply);
    }
    if (!reply.startsWith(code)) return await noteRefusal(socket, replies, { reply, sending });
  }
  const promised = [...reply.matchAll(/^250[ -]2\.0\.0 (\w+) for /gm)].map(([, id]) => id ?? '');
  result.ids.push(...promised);
  ids.push(...promised);
  options.onReply?.(promised.length);
}

async function noteRefusal(
  socket: Socket,
  replies: AsyncGenerator<string>,
  { reply, sending: { result, options } }: { readonly reply: string; readonly sending: Sending },
): Promise<void> {
  const line = reply.split('\r\n', 1)[0] ?? '';
  result.refusals.set(line, (result.refusals.get(line) ?? 0) + 1);
  options.onReply?.(0);
  if (line.startsWith('421')) throw new Error(line);
  await talk(socket, replies, { say: 'RSET', code: '250' });
  // A client that was told to try again later does not hammer.
  await sleep(20);
}

async function talk(
  socket: Socket,
  replies: AsyncGenerator<string>,
  { say, code }: { readonly say: string; readonly code: string },
): Promise<void> {
  socket.write(`${say}\r\n`);
  await expect(replies, code);
}

async function expect(replies: AsyncGenerator<string>, code: string): Promise<void> {
  const { value: reply = '' } = await replies.next();
  if (!reply.startsWith(code)) throw new Error(`expected ${code}, got ${reply}`);
}

/** Yields whole replies, multi-line ones as one text; ends with the connection. */
async function* readReplies(socket: Socket): AsyncGenerator<string> {
  let buffer = '';
  let isOver = false;
  let wake = () => {};
  const end = () => {
    isOver = true;
    wake();
  };
  socket.setEncoding('utf8').on('error', end).on('end', end).on('close', end).on('data', (text: string) => {
    buffer += text;
    wake();
  });
  for (;;) {
    const match = /^(?:\d{3}-.*\r\n)*\d{3} .*\r\n/.exec(buffer);
    if (match !== null) {
      buffer = buffer.slice(match[0].length);
      yield match[0];
    } else if (isOver) {
      return;
    } else {
      await new Promise<void>((resolve) => wake = resolve);
    }
  }
}
