// What `mailchute inject` reads: a message on standard input, up to a lone dot or to the end.

import { Buffer } from 'node:buffer';

/** How the input is read. */
export interface InjectInputOptions {
  /** Most bytes to read. */
  readonly maxBytes: number;
  /** A line with a single dot is content and does not end the message (MailerQ: --ignore-dot). */
  readonly ignoreDot: boolean;
}

const LF = 0x0a;
const CR = 0x0d;
const DOT = 0x2e;

/** Reads the message; undefined when it is longer than `maxBytes`. */
export async function readInjectInput(
  input: AsyncIterable<Uint8Array>,
  { maxBytes, ignoreDot }: InjectInputOptions,
): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of input) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  const content = Buffer.concat(chunks);
  return ignoreDot ? content : takeUpToDot(content);
}

/** The lines before a lone dot; a dot in front of a line is taken away (RFC 5321 section 4.5.2). */
function takeUpToDot(content: Buffer): Buffer {
  const kept: Buffer[] = [];
  for (let position = 0; position < content.length;) {
    const newline = content.indexOf(LF, position);
    const end = newline < 0 ? content.length : newline + 1;
    const isDotted = content[position] === DOT;
    if (isDotted && isLineEnd(content.subarray(position + 1, end))) break;
    kept.push(content.subarray(isDotted ? position + 1 : position, end));
    position = end;
  }
  return Buffer.concat(kept);
}

function isLineEnd(rest: Buffer): boolean {
  return rest.length === 0 || (rest[0] === LF && rest.length === 1) || (rest[0] === CR && rest[1] === LF);
}
