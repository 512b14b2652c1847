// Puts one record's JSON together again from the rows of the queue file that hold it, for whoever reads the file.

import type { DatabaseSync } from 'node:sqlite';

/** Gives the body of the record with this number; undefined when it is not there any more. */
export type ReadBody = (seq: number) => Uint8Array | undefined;

/** Prepares the reading of bodies. */
export function createBodyReader(database: DatabaseSync): ReadBody {
  // One statement, so that a record and its content are of one moment.
  const select = database.prepare(`
    SELECT size, own, data FROM record LEFT JOIN content ON content.id BETWEEN content_first AND content_last
    WHERE seq = ? ORDER BY content.id`);
  return (seq) => joinRows(select.iterate(seq), seq);
}

function joinRows(rows: Iterable<Record<string, unknown>>, seq: number): Uint8Array | undefined {
  let body: Uint8Array | undefined;
  let length = 0;
  for (const { size, own, data } of rows) {
    const target: Uint8Array = body ??= new Uint8Array(Number(size));
    if (length === 0 && own instanceof Uint8Array) {
      target.set(own);
      length = own.length;
    }
    if (data instanceof Uint8Array) {
      target.set(data, length);
      length += data.length;
    }
  }
  if (body !== undefined && length !== body.length) {
    throw new Error(`record ${seq} has ${length} of ${body.length} bytes`);
  }
  return body;
}
