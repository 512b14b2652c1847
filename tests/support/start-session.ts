// One SMTP session on a loopback socket whose server side is in the test's hands.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { Pipeline } from '../../src/pipeline/ingest.ts';
import { Session } from '../../src/smtp/session.ts';
import { createRecordingLog, type RecordingLog } from './recording-log.ts';
import { ampleRoom } from './rooms.ts';
import { SmtpClient } from './smtp-client.ts';

/** Both ends of a session. */
export interface StartedSession {
  /** The server's end. */
  readonly socket: Socket;
  readonly client: SmtpClient;
  readonly log: RecordingLog;
  /** What the session wrote, write by write. */
  readonly writes: readonly string[];
}

const pipeline: Pipeline = {
  checkSender: (address) => ({ ok: true, address }),
  checkRecipient: (address) => ({ ok: true, address }),
  admitsSender: () => true,
  admitRecipient: () => 'accepted',
  ingest: () => Promise.resolve({ outcome: 'accepted', records: [{ id: 'ID', recipient: 'b@c', queue: 'inbox' }] }),
  inject: () => Promise.reject(new Error('There is no way to inject by SMTP')),
};

/** Opens a session, runs `body` with it, and closes both ends. */
export async function withSession(body: (started: StartedSession) => Promise<void>): Promise<void> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const client = await SmtpClient.connect((server.address() as AddressInfo).port);
  const [socket] = await accepted;
  const log = createRecordingLog();
  try {
    const writes = recordWrites(socket);
    openSession(socket, log);
    await body({ socket, client, log, writes });
  } finally {
    client.close();
    socket.destroy();
    server.close();
  }
}

function openSession(socket: Socket, log: RecordingLog): void {
  const settings = {
    maxBytes: 1_000_000,
    maxRecipients: 1000,
    maxMessages: 0,
    offerDsn: true,
    barePaths: false,
    idleTimeoutMs: 60_000,
    dataTimeoutMs: 60_000,
    greetingDelayMs: 0,
  };
  const dependencies = {
    pipeline,
    log,
    greetingName: () => 'mx.example.com',
    room: ampleRoom(),
    contentWeight: 1,
    settings,
  };
  new Session(new SMTPServer({ logger: false }), socket, { dependencies }).open(undefined);
}

function recordWrites(socket: Socket): string[] {
  const writes: string[] = [];
  const write = socket.write.bind(socket) as (bytes: string) => boolean;
  socket.write = ((bytes: string) => {
    writes.push(bytes);
    return write(bytes);
  }) as Socket['write'];
  return writes;
}
