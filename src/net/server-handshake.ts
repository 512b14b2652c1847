// The server's side of a TLS handshake on a connection that is already there: after STARTTLS, or before anything else.

import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';

/** What was agreed on. */
export interface TlsFacts {
  /** `TLSv1.3`, `TLSv1.2`. */
  readonly version: string;
  /** In OpenSSL's spelling. */
  readonly cipher: string;
}

/** How a handshake ended. */
export type HandshakeResult =
  | { readonly ok: true; readonly facts: TlsFacts }
  | { readonly ok: false; readonly reason: 'closed' | 'timeout' | 'failed'; readonly detail: string };

/** Options of `startServerHandshake`. */
export interface ServerHandshakeOptions {
  readonly context: SecureContext;
  /** The longest time the client may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Called once, before anything that was encrypted can be read. After a fault the connection is destroyed. */
  readonly onSettled: (result: HandshakeResult) => void;
}

/**
 * Wraps a connection; bytes that it has read and nobody has taken belong to the handshake. The socket returned is the
 * one to write, read and destroy from now on, never the one under it.
 */
export function startServerHandshake(
  connection: Socket,
  { context, timeoutMs, onSettled }: ServerHandshakeOptions,
): TLSSocket {
  const socket = new TLSSocket(connection, { isServer: true, secureContext: context });
  // An error ends in the close event; without a listener one that comes later would end the process.
  socket.on('error', () => {});
  const settle = (result: HandshakeResult) => {
    clearTimeout(timer);
    for (const event of ['end', 'close']) socket.removeListener(event, onGone);
    socket.removeListener('error', onError).removeListener('secure', onSecure);
    onSettled(result);
    if (!result.ok) socket.destroy();
  };
  const onSecure = () => settle({ ok: true, facts: toFacts(socket) });
  // The connection may be one that is kept half-open, and then nothing else would end it before the deadline.
  const onGone = () => settle({ ok: false, reason: 'closed', detail: 'the client left' });
  const onError = (error: Error) => settle({ ok: false, reason: 'failed', detail: toDetail(error) });
  const onLate = () => settle({ ok: false, reason: 'timeout', detail: `not complete after ${timeoutMs} ms` });
  const timer = setTimeout(onLate, timeoutMs);
  return socket.once('end', onGone).once('close', onGone).once('error', onError).once('secure', onSecure);
}

function toFacts(socket: TLSSocket): TlsFacts {
  // The cipher's own version is the oldest that knows it.
  return { version: socket.getProtocol() ?? 'unknown', cipher: socket.getCipher().name };
}

/** OpenSSL's reason without its file names and addresses. */
function toDetail(error: Error): string {
  return 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message.trim();
}
