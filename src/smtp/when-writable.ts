// Back-pressure of a session: what a client sends is not read while it does not read what it was told.

import type { Socket } from 'node:net';

/** Resolves when the socket takes more, or is gone; undefined when nobody has to wait. */
export function whenWritable(socket: Socket): void | Promise<void> {
  if (!socket.writableNeedDrain || socket.destroyed) return;
  return new Promise((resolve) => {
    const goOn = () => {
      socket.removeListener('drain', goOn);
      socket.removeListener('close', goOn);
      resolve();
    };
    socket.once('drain', goOn);
    socket.once('close', goOn);
  });
}
