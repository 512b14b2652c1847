// Makes encoded records for tests of the outlets.
import { Buffer } from 'node:buffer';
import type { EncodedRecord } from '../../src/queue/outlet.ts';

/** What `makeRecord` may be told; everything else has a default. */
export interface RecordOptions {
  readonly queue?: string;
  readonly priority?: number;
  readonly body?: readonly Uint8Array[];
}

/** A record with a small JSON body that names its id. */
export function makeRecord(id: string, { queue = 'inbox', priority, body }: RecordOptions = {}): EncodedRecord {
  const pieces = body ?? [Buffer.from(JSON.stringify({ 'message-id': id, recipient: 'info@example.com' }))];
  return {
    id,
    recipient: 'info@example.com',
    queue,
    priority,
    timestamp: 1_700_000_000,
    body: pieces,
    size: pieces.reduce((sum, piece) => sum + piece.length, 0),
  };
}
