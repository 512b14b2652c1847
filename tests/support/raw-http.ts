// A client that speaks HTTP by the byte, for what no HTTP library would send.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

// A server that never answers fails the test instead of hanging it.
const DEADLINE_MS = 10_000;

/** One connection. */
export interface RawConnection {
  readonly socket: Socket;
  /** Writes and waits until the system has taken it; a connection that is gone is no error. */
  write(bytes: string | Uint8Array): Promise<void>;
  /** Everything received up to and including the match; rejects when the connection ends or too much time passes before. */
  until(pattern: RegExp): Promise<string>;
  /** Everything received until the server closed the connection. */
  toEnd(): Promise<string>;
}

/** Connects to a port of this machine. */
export async function connectRaw(port: number): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  let received = '';
  let failure: Error | undefined;
  socket.setTimeout(DEADLINE_MS, () => socket.destroy(new Error(`Nothing more came after: ${received.slice(-200)}`)));
  socket.on('data', (chunk) => received += chunk.toString('latin1')).on('error', (error) => failure = error);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return {
    socket,
    write: (bytes) => new Promise((resolve) => socket.write(bytes, () => resolve())),
    async until(pattern) {
      while (!pattern.test(received)) {
        if (socket.destroyed) throw failure ?? new Error(`The connection ended after: ${received.slice(-200)}`);
        await Promise.race([new Promise((resolve) => socket.once('data', resolve)), closed]);
      }
      return received;
    },
    async toEnd() {
      await closed;
      if (failure !== undefined) throw failure;
      return received;
    },
  };
}
