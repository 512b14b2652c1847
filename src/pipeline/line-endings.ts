// The line-ending step: content on a queue has CRLF line ends only, unless the configuration allows otherwise.

import { toRefusal } from '../mail/disposition.ts';
import type { Refusal } from '../mail/disposition.ts';
import type { Draft, PipelineSettings } from './draft.ts';

const CR = 0x0d;
const LF = 0x0a;

/** What kinds of line ends the content has. */
interface LineEnds {
  bareLf: boolean;
  bareCr: boolean;
  crlf: boolean;
}

/**
 * Applies smtp-line-endings. A body posted over HTTP or piped in with LF only is a text file and becomes CRLF; over SMTP
 * the same bytes are how messages are smuggled past a next hop that ends DATA on a bare LF, so the policy decides.
 */
export function repairLineEndings(draft: Draft, { lineEndings }: PipelineSettings): Refusal | undefined {
  const ends = scanLineEnds(draft.body);
  if (!ends.bareLf && !ends.bareCr) return undefined;
  const isTextFile = draft.submission.origin.door !== 'smtp' && !ends.bareCr && !ends.crlf;
  if (isTextFile || lineEndings === 'fix') {
    draft.body = toCrlf(draft.body);
    return undefined;
  }
  if (lineEndings === 'allow') return undefined;
  // RFC 5321 section 2.3.8: CR and LF must not occur other than as a pair.
  return toRefusal('line-ending', '5.6.0', { text: 'Bare CR or LF in message; lines must end with CRLF' });
}

function scanLineEnds(chunks: readonly Uint8Array[]): LineEnds {
  const ends: LineEnds = { bareLf: false, bareCr: false, crlf: false };
  let pendingCr = false;
  for (const chunk of chunks) {
    if (chunk.length === 0) continue;
    if (pendingCr && chunk[0] !== LF) ends.bareCr = true;
    scanChunk(toLatin1(chunk), ends, { afterCr: pendingCr });
    pendingCr = chunk[chunk.length - 1] === CR;
  }
  if (pendingCr) ends.bareCr = true;
  return ends;
}

/** Searching a latin1 string is several times faster than looking at each byte. */
function scanChunk(text: string, ends: LineEnds, { afterCr }: { readonly afterCr: boolean }): void {
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    const paired = at === 0 ? afterCr : text.charCodeAt(at - 1) === CR;
    if (paired) ends.crlf = true;
    else ends.bareLf = true;
  }
  const last = text.length - 1; // a CR in the last place is judged with the next chunk
  for (let at = text.indexOf('\r'); !ends.bareCr && at >= 0 && at < last; at = text.indexOf('\r', at + 1)) {
    if (text.charCodeAt(at + 1) !== LF) ends.bareCr = true;
  }
}

function toLatin1(chunk: Uint8Array): string {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
}

/** Every CRLF, bare CR and bare LF becomes CRLF; chunk by chunk, since copies of all of it would take much memory. */
function toCrlf(chunks: Uint8Array[]): Uint8Array[] {
  let afterCr = false;
  for (const [index, chunk] of chunks.entries()) {
    if (chunk.length === 0) continue;
    // The CR at the end of the last chunk has become a CRLF already.
    const from = afterCr && chunk[0] === LF ? chunk.subarray(1) : chunk;
    afterCr = chunk[chunk.length - 1] === CR;
    chunks[index] = repairChunk(from);
  }
  return chunks;
}

/** Byte by byte: a chunk may be nothing but line ends, and replacing them in a text costs twenty times as much then. */
function repairChunk(chunk: Uint8Array): Uint8Array {
  const repaired = Buffer.allocUnsafe(chunk.length + countBare(chunk));
  let length = 0;
  for (let at = 0; at < chunk.length; at++) {
    const byte = chunk[at] ?? 0;
    if (byte !== CR && byte !== LF) {
      repaired[length++] = byte;
      continue;
    }
    repaired[length++] = CR;
    repaired[length++] = LF;
    if (byte === CR && chunk[at + 1] === LF) at++;
  }
  return repaired;
}

/** How many CRs and LFs stand alone, each of which takes a byte more when repaired. */
function countBare(chunk: Uint8Array): number {
  let bare = 0;
  for (let at = 0; at < chunk.length; at++) {
    if (chunk[at] === LF) bare++;
    else if (chunk[at] === CR && chunk[at + 1] === LF) at++;
    else if (chunk[at] === CR) bare++;
  }
  return bare;
}
