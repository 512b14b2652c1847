// How memory-limit is shared out: room for the content of messages, and what lies in the buffers towards the broker.

import type { Config } from '../config/keys.ts';

// Records on their way to the broker are copied into frames, and joined for that: an eighth of the limit, twice.
const WINDOW_SHARE = 1 / 8;
const MOST_WINDOW_BYTES = 64 * 1024 * 1024;
// The content makes room for its encoded form piece by piece. JSON escapes add a few percent to text, base64 a third to
// what is not; where it turns out to be more, more room is asked for.
const PLAIN_WEIGHT = 1.25;
// The compressed form comes on top, since the record itself is kept until the broker has confirmed.
const GZIP_WEIGHT = 2.25;

/** Bytes that may be on their way to the broker, over all workers. */
export function toWindowBytes(config: Config): number {
  return Math.min(MOST_WINDOW_BYTES, Math.floor(config['memory-limit'] * WINDOW_SHARE));
}

/** Bytes that content and its encoded forms may take, over all workers. */
export function toContentBytes(config: Config): number {
  if (config['rabbitmq-address'] === undefined) return config['memory-limit'];
  return config['memory-limit'] - 2 * toWindowBytes(config);
}

/** Bytes in memory for each byte of content. */
export function toContentWeight(config: Config): number {
  return config['rabbitmq-encoding'] === undefined ? PLAIN_WEIGHT : GZIP_WEIGHT;
}
