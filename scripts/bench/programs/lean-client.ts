// The load that smtp-source cannot make: waits of single messages, ids, a fixed rate, many recipients, odd contents.
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { makeContent, type Shape } from '../content.ts';
import { type Mail, SmtpSession } from './smtp-session.ts';

/** What is sent. */
export interface ClientLoad {
  readonly port: number;
  readonly sessions: number;
  readonly messages: number;
  readonly bytes: number;
  readonly shape?: Shape;
  readonly recipients?: number;
  /** Messages a second over all sessions, however long the replies take; as fast as they come where it is not given. */
  readonly ratePerSecond?: number;
}

/** Opens sessions that do nothing, or lets go of them. */
export interface IdleCommand {
  readonly port: number;
  readonly idle: number;
}

/** What came back. */
export interface ClientAnswer {
  /** From the final dot to the 250, of each message. */
  readonly waitsMs: Float64Array;
  /** As the replies named them, for each recipient. */
  readonly ids: readonly string[];
}

const OPEN_AT_ONCE = 50;

let idle: SmtpSession[] = [];

async function openSessions(port: number, count: number): Promise<SmtpSession[]> {
  const sessions: SmtpSession[] = [];
  while (sessions.length < count) {
    const some = Math.min(OPEN_AT_ONCE, count - sessions.length);
    sessions.push(...await Promise.all(Array.from({ length: some }, () => SmtpSession.open(port))));
  }
  return sessions;
}

function makeMail({ shape = 'text', bytes, recipients = 1 }: ClientLoad): Mail {
  const to = Array.from({ length: recipients }, (_, index) => `RCPT TO:<rcpt${index}@example.org>\r\n`);
  return { envelope: ['MAIL FROM:<sender@example.com>\r\n', ...to], content: makeContent(shape, bytes) };
}

async function run(load: ClientLoad): Promise<ClientAnswer> {
  const sessions = await openSessions(load.port, load.sessions);
  const mail = makeMail(load);
  const waitsMs = new Float64Array(load.messages);
  const ids: string[] = [];
  const start = performance.now();
  let next = 0;
  const dueMs = (index: number) => load.ratePerSecond === undefined ? 0 : index * 1000 / load.ratePerSecond;
  await Promise.all(sessions.map(async (session) => {
    while (next < load.messages) {
      const index = next++;
      const early = start + dueMs(index) - performance.now();
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
      const accepted = await session.send(mail);
      waitsMs[index] = accepted.waitMs;
      ids.push(...accepted.ids);
    }
    session.close();
  }));
  return { waitsMs, ids };
}

async function holdIdle({ port, idle: count }: IdleCommand): Promise<ClientAnswer> {
  for (const session of idle) session.close();
  idle = await openSessions(port, count);
  return { waitsMs: new Float64Array(), ids: [] };
}

process.on('message', (command: ClientLoad | IdleCommand) => {
  const answer = 'idle' in command ? holdIdle(command) : run(command);
  answer.then((value) => process.send?.(value), (error) => process.send?.({ fault: String(error) }));
});
process.once('disconnect', () => process.exit());
