// Splits a message at its MIME boundaries (RFC 2046 section 5.1) in one pass with bounded depth and number of parts.

import type { MimeHeader } from './mime-header.ts';
import { parseMimeHeader } from './mime-header.ts';

/** A part that is not itself a multipart; encapsulated messages are such parts too, nobody looks inside. */
export interface MimePart {
  readonly mime: MimeHeader;
  /** The part's header section, in the window of the message. */
  readonly header: Buffer;
  /** Still in its transfer encoding. */
  readonly body: Buffer;
}

/** How far the walk goes. */
export interface SplitLimits {
  /** Parts beyond this number are not looked at. */
  readonly maxParts: number;
  /** A multipart nested deeper is taken as one opaque part. */
  readonly maxDepth: number;
}

const LF = 0x0a;
const CR = 0x0d;
const DASHES = Buffer.from('\n--');
// RFC 2046 allows 70; some senders write more.
const MAX_BOUNDARY = 250;
const MAX_PART_HEADER_BYTES = 16_384;
/** Lines that begin like a delimiter and are none; a walk through more of them is not worth its time. */
const MAX_MISSES = 50_000;

/** The leaf parts in order. A message that is no multipart is its own only part. */
export function splitParts(
  message: { readonly header: Buffer; readonly mime: MimeHeader; readonly body: Buffer },
  limits: SplitLimits,
): MimePart[] {
  const boundary = boundaryOf(message.mime);
  if (boundary === undefined) return [message];
  return new Walk(message.body, limits).run(boundary);
}

function boundaryOf({ type, params }: MimeHeader): string | undefined {
  const boundary = type.startsWith('multipart/') ? params.get('boundary')?.trimEnd() : undefined;
  return boundary === undefined || boundary === '' || boundary.length > MAX_BOUNDARY ? undefined : boundary;
}

class Walk {
  readonly #body: Buffer;
  readonly #limits: SplitLimits;
  readonly #parts: MimePart[] = [];
  /** Delimiter lines of the multiparts that are open, outermost first. */
  readonly #open: string[] = [];
  #leaf: { readonly mime: MimeHeader; readonly header: Buffer; readonly start: number } | undefined;

  constructor(body: Buffer, limits: SplitLimits) {
    this.#body = body;
    this.#limits = limits;
  }

  run(boundary: string): MimePart[] {
    this.#open.push(`--${boundary}`);
    let position = this.#body.indexOf('--') === 0 ? 0 : this.#nextDashes(0);
    let misses = 0;
    while (position >= 0 && this.#open.length > 0 && this.#parts.length < this.#limits.maxParts) {
      const lineEnd = this.#lineEnd(position);
      const next = this.#atDelimiter(position, lineEnd);
      if (next === undefined && ++misses > MAX_MISSES) break;
      position = this.#nextDashes(next ?? lineEnd - 1);
    }
    this.#finishLeaf(this.#body.length);
    return this.#parts;
  }

  /** Start of the next line that begins with two hyphens; a line feed at `from` itself counts. */
  #nextDashes(from: number): number {
    const found = this.#body.indexOf(DASHES, Math.max(from, 0));
    return found < 0 ? -1 : found + 1;
  }

  #lineEnd(position: number): number {
    const newline = this.#body.indexOf(LF, position);
    return newline < 0 ? this.#body.length : newline + 1;
  }

  /** Where to look on, when the line is a delimiter of an open multipart. */
  #atDelimiter(start: number, end: number): number | undefined {
    const found = this.#match(start, end);
    if (found === undefined) return undefined;
    this.#finishLeaf(start);
    if (found.closing) {
      this.#open.length = found.depth;
      return end - 1;
    }
    this.#open.length = found.depth + 1;
    return this.#beginPart(end) - 1;
  }

  #match(start: number, end: number): { depth: number; closing: boolean } | undefined {
    // Longer than any delimiter with its blanks; spares the copy of an endless line.
    if (end - start > MAX_BOUNDARY + 64) return undefined;
    const line = this.#body.toString('latin1', start, end).trimEnd();
    for (let depth = this.#open.length - 1; depth >= 0; depth--) {
      const delimiter = this.#open[depth] ?? '';
      if (!line.startsWith(delimiter)) continue;
      if (line.length === delimiter.length) return { depth, closing: false };
      if (line.length === delimiter.length + 2 && line.endsWith('--')) return { depth, closing: true };
    }
    return undefined;
  }

  /** Reads the header section at `start`; gives the offset at which the part's body starts. */
  #beginPart(start: number): number {
    const { headerEnd, bodyStart } = this.#partHeader(start);
    const header = this.#body.subarray(start, headerEnd);
    const mime = parseMimeHeader(header);
    const boundary = boundaryOf(mime);
    if (boundary !== undefined && this.#open.length < this.#limits.maxDepth) this.#open.push(`--${boundary}`);
    else this.#leaf = { mime, header, start: bodyStart };
    return bodyStart;
  }

  #partHeader(start: number): { headerEnd: number; bodyStart: number } {
    let position = start;
    while (position < this.#body.length && position - start < MAX_PART_HEADER_BYTES) {
      const end = this.#lineEnd(position);
      const first = this.#body[position];
      if (first === LF || (first === CR && this.#body[position + 1] === LF)) {
        return { headerEnd: position, bodyStart: end };
      }
      // A part may end before its empty line came.
      if (first === 0x2d && this.#match(position, end) !== undefined) break;
      position = end;
    }
    const cut = Math.min(position, start + MAX_PART_HEADER_BYTES, this.#body.length);
    return { headerEnd: cut, bodyStart: cut };
  }

  #finishLeaf(end: number): void {
    if (this.#leaf === undefined || this.#parts.length >= this.#limits.maxParts) return;
    const { mime, header, start } = this.#leaf;
    this.#leaf = undefined;
    // RFC 2046 section 5.1.1: the line end before a delimiter belongs to the delimiter.
    let cut = end;
    if (end < this.#body.length && cut > start && this.#body[cut - 1] === LF) cut--;
    if (cut < end && cut > start && this.#body[cut - 1] === CR) cut--;
    this.#parts.push({ mime, header, body: this.#body.subarray(start, Math.max(start, cut)) });
  }
}
