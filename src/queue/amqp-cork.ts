// Makes one write of the frames that amqplib sends in one turn: two or three system calls a record become one for many.

import type { ChannelModel } from 'amqplib';

/** The parts of amqplib's connection that its types do not show. */
interface Internals {
  /** The socket. */
  readonly stream: { cork(): void; uncork(): void };
  /** Takes frames from the channels and writes them to the socket until it is full or nothing is left. */
  readonly muxer: { _readIncoming(): void };
}

/**
 * Corks the socket while amqplib writes, which halves the processor time of a small publish. Returns false, and leaves
 * the connection as it is, when amqplib is built in another way than expected.
 */
export function corkFrames({ connection }: Pick<ChannelModel, 'connection'>): boolean {
  if (!hasInternals(connection)) return false;
  const { stream, muxer } = connection;
  const writeFrames = muxer._readIncoming;
  muxer._readIncoming = () => {
    stream.cork();
    try {
      writeFrames.call(muxer);
    } finally {
      stream.uncork();
    }
  };
  return true;
}

function hasInternals(connection: object): connection is Internals {
  const { stream, muxer }: Partial<Internals> = connection;
  return typeof stream?.cork === 'function' && typeof stream.uncork === 'function' &&
    typeof muxer?._readIncoming === 'function';
}
