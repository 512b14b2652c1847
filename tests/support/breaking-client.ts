// A client that goes so far in an SMTP session or an HTTP request and then breaks its connection, in each way in which connections break.
import { connect, type Socket } from 'node:net';
import { connect as secure } from 'node:tls';

/** How far to go. */
export interface Journey {
  readonly name: string;
  /** Sent in one piece. */
  readonly bytes: string | Uint8Array;
  /** Final lines of replies, or status lines of answers, that show how far the session is; 0 where nothing is said yet. */
  readonly replies: number;
  /** The port with TLS from the first byte. */
  readonly secure?: boolean;
  /** Comes from an address that is a proxy's. */
  readonly proxied?: boolean;
  /** Goes on inside TLS: on the secure port, or after the replies to a STARTTLS. */
  readonly inside?: { readonly bytes: string; readonly replies: number };
}

/** How it ends: properly, with a TCP reset, or with a half that says that nothing more will come. */
export type Break = 'close' | 'reset' | 'half-close';

/** The ways to break. */
export const BREAKS: readonly Break[] = ['close', 'reset', 'half-close'];

/** Where to go. */
export interface Target {
  readonly plain: number;
  readonly secure: number;
  /** The client address that the server takes for a proxy. */
  readonly proxy: string;
  /** Break at once, without waiting for the replies. */
  readonly hasty: boolean;
}

const DEADLINE_MS = 20_000;

/**
 * Makes one journey. Resolves when the connection is gone at this end: `half-close` when the server has closed it.
 * Rejects when that takes too long. Whatever the server said or did on the way is not judged.
 */
export async function breakConnection(journey: Journey, how: Break, target: Target): Promise<void> {
  const socket = connect({
    host: '127.0.0.1',
    port: journey.secure ? target.secure : target.plain,
    ...(journey.proxied && { localAddress: target.proxy }),
  });
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => {});
  await Promise.race([travel(socket, journey, target), gone]);
  socket.pause(); // what else is said stays unread
  if (how === 'close') socket.destroy();
  else if (how === 'reset') socket.resetAndDestroy();
  else if (!socket.destroyed) socket.resume().end();
  await withDeadline(gone, () => {
    socket.destroy();
    return `${journey.name}, ${how}: the server did not close`;
  });
}

async function travel(socket: Socket, { bytes, replies, inside }: Journey, { hasty }: Target): Promise<void> {
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  if (bytes.length > 0) socket.write(bytes);
  if (hasty && inside === undefined) return;
  await saysReplies(socket, replies);
  if (inside === undefined) return;
  socket.removeAllListeners('data').pause();
  const encrypted = secure({ socket, rejectUnauthorized: false });
  encrypted.on('error', () => {});
  if (hasty) return;
  await new Promise<void>((resolve) => encrypted.once('secureConnect', () => resolve()));
  encrypted.write(inside.bytes);
  await saysReplies(encrypted, inside.replies);
}

/** Resolves when that many replies have ended. */
function saysReplies(socket: Socket, count: number): Promise<void> {
  if (count === 0) return Promise.resolve();
  let text = '';
  return new Promise((resolve) => {
    socket.on('data', (chunk: Uint8Array) => {
      text += Buffer.from(chunk).toString('latin1');
      if ((text.match(/^(?:\d{3}|HTTP\/1\.1 \d{3}) .*\r\n/gm)?.length ?? 0) >= count) resolve();
    });
  });
}

function withDeadline(work: Promise<void>, giveUp: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(giveUp())), DEADLINE_MS);
    void work.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
