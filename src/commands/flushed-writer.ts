// Writes lines to a stream one after the other, each known to have left this process before the next one begins.

import { Buffer } from 'node:buffer';
import type { Writable } from 'node:stream';

/** Resolves when the line and its line feed have been handed to the operating system, rejects when they cannot be. */
export type WriteLine = (line: Uint8Array) => Promise<void>;

const LINE_FEED = Buffer.from('\n');

/** Prepares `output`, which must not be written to by anybody else. */
export function createFlushedWriter(output: Writable): WriteLine {
  // Each failure is also an event, which ends the process when nobody listens; the callback below is enough.
  output.on('error', () => {});
  return (line) =>
    new Promise((resolve, reject) => {
      output.write(Buffer.concat([line, LINE_FEED]), (error) => error ? reject(error) : resolve());
    });
}
