// The files that the configuration was read from, kept for workers: one that starts later finds what the first one found.

import { Buffer } from 'node:buffer';
import type { ReadFile } from '../config/effective.ts';

/** Each file that could be read, its content in base64. */
export type Snapshot = readonly (readonly [path: string, content: string])[];

/** Reads on, and keeps what it read. */
export function recordReads(readFile: ReadFile): { readonly readFile: ReadFile; snapshot(): Snapshot } {
  const contents = new Map<string, Uint8Array>();
  return {
    readFile(path) {
      const content = readFile(path);
      contents.set(path, content);
      return content;
    },
    snapshot: () => [...contents].map(([path, content]) => [path, Buffer.from(content).toString('base64')]),
  };
}

/** Reads out of a snapshot; whatever is not in there was not there. */
export function replayReads(snapshot: Snapshot): ReadFile {
  const contents = new Map(snapshot);
  return (path) => {
    const content = contents.get(path);
    if (content !== undefined) return Buffer.from(content, 'base64');
    throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: 'ENOENT' });
  };
}
