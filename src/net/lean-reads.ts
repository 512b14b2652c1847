// Lets a TCP socket read into one buffer of the process and keep copies of their size, instead of 64 KiB a read.

import { Socket } from 'node:net';
import process from 'node:process';

/** How node:net keeps the buffer that `onread` of its constructor sets; an accepted socket has no such constructor. */
interface Reads {
  [name: symbol]: unknown;
  readonly _handle?: { useUserBuffer?(buffer: Uint8Array): void } | null;
}

// As much as libuv reads at once.
const SHARED = Buffer.allocUnsafeSlow(65_536);
const BUFFER = findSymbol('kBuffer');
const CALLBACK = findSymbol('kBufferCb');
// Deno's sockets have all of this, too; but a TLS handshake over one that uses it never ends. Its reads are lean anyway.
const IS_NODE = !('deno' in process.versions);

/**
 * The system's bytes go through one buffer; what the socket hands on is a copy of their length. Every 64 KiB that node
 * allocates for a read counts as memory to be collected, and a read of a command line needs forty bytes: without this
 * the collector of old memory runs ten times a second. Returns false, and leaves the socket as it is, where the runtime
 * reads in another way.
 */
export function readLean(socket: Socket): boolean {
  const reads = socket as unknown as Reads;
  const handle = reads._handle;
  if (!IS_NODE || BUFFER === undefined || CALLBACK === undefined) return false;
  if (typeof handle?.useUserBuffer !== 'function') return false;
  reads[BUFFER] = SHARED;
  reads[CALLBACK] = (length: number) => socket.push(Buffer.from(SHARED.subarray(0, length)));
  handle.useUserBuffer(SHARED);
  return true;
}

function findSymbol(name: string): symbol | undefined {
  return Object.getOwnPropertySymbols(new Socket()).find((symbol) => symbol.description === name);
}
