// Writes encoded records into the tables of the embedded queue; what records of one message share is stored once.

import type { DatabaseSync } from 'node:sqlite';
import type { EncodedRecord } from './outlet.ts';

// Bodies over this many bytes go into rows of their own, so that no row and no copy is larger than one chunk.
const CHUNK_BYTES = 256 * 1024;
// Below this a shared row of its own costs more than a second copy.
const SHARED_BYTES = 4 * 1024;

/** Rows of `content`, first to last, that hold these pieces. */
interface Content {
  readonly pieces: readonly Uint8Array[];
  readonly first: number;
  readonly last: number;
}

/** Inserts records; to be called inside a transaction. */
export type WriteRecords = (records: readonly EncodedRecord[]) => void;

/** Prepares the statements and returns the function that inserts the records of one publish. */
export function createRecordWriter(database: DatabaseSync): WriteRecords {
  const insertRecord = database.prepare(`
    INSERT INTO record (queue, rank, id, recipient, priority, timestamp, size, content_first, content_last, own)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const insertContent = database.prepare('INSERT INTO content (data) VALUES (?)');

  function storeContent(pieces: readonly Uint8Array[]): Content {
    const rows = [...toChunks(pieces)].map((chunk) => Number(insertContent.run(chunk).lastInsertRowid));
    return { pieces, first: rows[0] ?? 0, last: rows.at(-1) ?? 0 };
  }

  return function writeRecords(records) {
    let content: Content | undefined;
    records.forEach((record, index) => {
      if (content === undefined || !endsWith(record.body, content.pieces)) {
        const pieces = chooseContent(record, records[index + 1]);
        content = pieces.length > 0 ? storeContent(pieces) : undefined;
      }
      const own = record.body.slice(0, record.body.length - (content?.pieces.length ?? 0));
      const { queue, id, recipient, priority, timestamp, size } = record;
      const { first = null, last = null } = content ?? {};
      insertRecord.run(
        queue,
        0 - (priority ?? 0),
        id,
        recipient,
        priority ?? null,
        timestamp,
        size,
        first,
        last,
        Buffer.concat(own),
      );
    });
  };
}

/** The last pieces of a record that are worth rows of their own: those the next record has too, or a large body. */
function chooseContent(record: EncodedRecord, next: EncodedRecord | undefined): readonly Uint8Array[] {
  const shared = next === undefined ? [] : findSharedEnd(record.body, next.body);
  if (sumLengths(shared) >= SHARED_BYTES) return shared;
  return record.size > CHUNK_BYTES ? record.body : [];
}

/** The longest common end of two bodies, by identity: the records of one message hold the very same pieces. */
function findSharedEnd(one: readonly Uint8Array[], other: readonly Uint8Array[]): readonly Uint8Array[] {
  let count = 0;
  while (count < one.length && count < other.length && one.at(-1 - count) === other.at(-1 - count)) count++;
  return one.slice(one.length - count);
}

function endsWith(body: readonly Uint8Array[], end: readonly Uint8Array[]): boolean {
  const start = body.length - end.length;
  return start >= 0 && end.every((piece, index) => piece === body[start + index]);
}

function sumLengths(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

/** Cuts large pieces and joins small ones, since a slow sender's message comes in very many. */
function* toChunks(pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  let held: Uint8Array[] = [];
  let size = 0;
  for (const piece of pieces) {
    for (let offset = 0; offset < piece.length; offset += CHUNK_BYTES) {
      const part = piece.subarray(offset, offset + CHUNK_BYTES);
      if (size + part.length > CHUNK_BYTES) {
        yield join(held);
        held = [];
        size = 0;
      }
      held.push(part);
      size += part.length;
    }
  }
  if (size > 0) yield join(held);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  return parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
}
