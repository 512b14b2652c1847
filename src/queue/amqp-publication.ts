// One record on its way to RabbitMQ: its body, its AMQP properties, and who waits for the result.

import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';
import type { Options } from 'amqplib';
import type { PieceBody } from './amqp-direct.ts';
import type { EncodedRecord, PublishResult } from './outlet.ts';

/** A record that is to be published, and where its result goes. */
export interface Publication {
  readonly record: EncodedRecord;
  /** The compressed body; undefined: the record's own pieces are sent. */
  readonly compressed: Buffer | undefined;
  /** Bytes of the body as the broker will count them. */
  readonly size: number;
  /** Called once. */
  readonly settle: (result: PublishResult) => void;
}

const compress = promisify(gzip);

// Below this one call is faster than a stream, above it a joined copy is what hurts.
const LARGE_BYTES = 256 * 1024;

/** Compresses a record's body, off the main thread. */
export async function compressBody(record: EncodedRecord): Promise<Buffer> {
  if (record.size <= LARGE_BYTES) return await compress(joinPieces(record));
  const chunks: Buffer[] = [];
  const compressed = Readable.from(record.body).pipe(createGzip());
  for await (const chunk of compressed as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The body as it is sent, nothing copied. */
export function toBody({ record: { body, size }, compressed }: Publication): PieceBody {
  return compressed === undefined ? { body, size } : { body: [compressed], size: compressed.length };
}

function joinPieces({ body, size }: EncodedRecord): Buffer {
  const [piece] = body;
  if (body.length === 1 && piece !== undefined) return Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
  return Buffer.concat(body, size);
}

/** AMQP properties and flags of a record. */
export function toPublishOptions(
  { record, compressed }: Publication,
  { persistent }: { readonly persistent: boolean },
): Options.Publish {
  const options: Options.Publish = {
    // Without it the broker acknowledges, and drops, what no queue takes.
    mandatory: true,
    persistent,
    contentType: 'application/json',
    messageId: record.id,
    timestamp: record.timestamp,
    appId: 'mailchute',
  };
  if (compressed !== undefined) options.contentEncoding = 'gzip';
  // The field is one octet.
  if (record.priority !== undefined) options.priority = Math.min(Math.max(Math.trunc(record.priority), 0), 255);
  return options;
}
