// A scan of the header section (RFC 5322 section 2.2) over the raw bytes: field boundaries only, nothing decoded.

/** A content split at the end of its header section; the two together are the content, byte for byte. */
export interface SplitContent {
  /** All header fields with the empty line that ends them, where there is one. */
  readonly header: Buffer;
  readonly body: Uint8Array[];
}

/** One header field as a window into the header section. */
export interface HeaderField {
  /** Lower case, without the colon; latin1 (RFC 5322 allows printable ASCII only). */
  readonly name: string;
  /** Offset of the first byte of the name. */
  readonly start: number;
  /** Offset of the first byte after the colon. */
  readonly valueStart: number;
  /** Offset after the line end of the field's last line. */
  readonly end: number;
}

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const TAB = 0x09;
const END_OF_HEADER = Buffer.from('\r\n\r\n');
const LINE_END = Buffer.from('\r\n');
const TAIL = END_OF_HEADER.length - 1;

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Splits content after the first empty line. Only the pieces that hold the header section are ever joined. Content
 * without an empty line is all header section; content that starts with one has no fields.
 */
export function splitHeaderSection(content: readonly Uint8Array[]): SplitContent {
  // As if a line had just ended, so that content may begin with the empty line.
  let tail: Buffer = LINE_END;
  for (const [index, piece] of content.entries()) {
    const chunk = toBuffer(piece);
    const cut = endOfHeader(tail, chunk);
    if (cut !== undefined) {
      return splitInside(chunk, cut, { before: content.slice(0, index), after: content.slice(index + 1) });
    }
    tail = Buffer.concat([tail, chunk.subarray(-TAIL)]).subarray(-TAIL);
  }
  return { header: join(content), body: [] };
}

function splitInside(
  chunk: Buffer,
  cut: number,
  { before, after }: { readonly before: readonly Uint8Array[]; readonly after: Uint8Array[] },
): SplitContent {
  const header = join([...before, chunk.subarray(0, cut)]);
  const rest = chunk.subarray(cut);
  return { header, body: rest.length > 0 ? [rest, ...after] : after };
}

function join(pieces: readonly Uint8Array[]): Buffer {
  const [first] = pieces;
  return first !== undefined && pieces.length === 1 ? toBuffer(first) : Buffer.concat(pieces);
}

/** Offset in `chunk` after the empty line, which may have begun in the bytes before it. */
function endOfHeader(tail: Buffer, chunk: Buffer): number | undefined {
  const seam = Buffer.concat([tail, chunk.subarray(0, TAIL)]).indexOf(END_OF_HEADER);
  if (seam >= 0) return seam + END_OF_HEADER.length - tail.length;
  const found = chunk.indexOf(END_OF_HEADER);
  return found < 0 ? undefined : found + END_OF_HEADER.length;
}

/**
 * Yields the fields in order, folded lines included. A line that is neither a field nor a continuation belongs to the
 * field before it, so that the windows leave no gap between the first field and the empty line.
 */
export function* headerFields(header: Buffer): Generator<HeaderField> {
  let field: { readonly name: string; readonly start: number; readonly valueStart: number; end: number } | undefined;
  let position = 0;
  while (position < header.length) {
    const newline = header.indexOf(LF, position);
    const end = newline < 0 ? header.length : newline + 1;
    if (isEmptyLine(header, { start: position, end })) break;
    const colon = findColon(header, { start: position, end });
    if (colon !== undefined) {
      if (field !== undefined) yield field;
      const name = header.toString('latin1', position, colon).trimEnd().toLowerCase();
      field = { name, start: position, valueStart: colon + 1, end };
    } else if (field !== undefined) field.end = end;
    position = end;
  }
  if (field !== undefined) yield field;
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}

/** RFC 5322 section 2.2: printable ASCII other than the colon. */
function isNameByte(byte: number | undefined): boolean {
  return byte !== undefined && byte > SPACE && byte < 0x7f && byte !== COLON;
}

interface Line {
  readonly start: number;
  readonly end: number;
}

function isEmptyLine(header: Buffer, { start, end }: Line): boolean {
  if (end - start === 2) return header[start] === CR && header[start + 1] === LF;
  return end - start === 1 && header[start] === LF;
}

/** The colon after the name when the line starts a field; blanks before the colon are obsolete but seen. */
function findColon(header: Buffer, { start, end }: Line): number | undefined {
  let at = start;
  while (at < end && isNameByte(header[at])) at++;
  if (at === start) return undefined;
  while (at < end && isBlank(header[at])) at++; // RFC 5322 section 4.5 obs-fields
  return at < end && header[at] === COLON ? at : undefined;
}

/** The header section without some of its fields, given in order; every other byte is as it was. */
export function withoutFields(header: Buffer, fields: readonly HeaderField[]): Buffer {
  if (fields.length === 0) return header;
  const kept: Buffer[] = [];
  let position = 0;
  for (const { start, end } of fields) {
    kept.push(header.subarray(position, start));
    position = end;
  }
  return Buffer.concat([...kept, header.subarray(position)]);
}

/** The value unfolded (RFC 5322 section 2.2.3) and without blanks around it, as latin1 so that every byte survives. */
export function unfoldedValue(header: Buffer, field: HeaderField): string {
  let start = field.valueStart;
  let end = field.end;
  // Not trim(): as latin1, the last byte of a UTF-8 letter like "à" is a no-break space.
  while (start < end && isSpace(header[start])) start++;
  while (start < end && isSpace(header[end - 1])) end--;
  return header.toString('latin1', start, end).replace(/\r?\n(?=[ \t])/g, '');
}

function isSpace(byte: number | undefined): boolean {
  return isBlank(byte) || byte === CR || byte === LF;
}

/** The value of the last field of this name, which is given in lower case; undefined where there is none. */
export function lastValueOf(header: Buffer, name: string): string | undefined {
  const last = [...headerFields(header)].findLast((field) => field.name === name);
  return last && unfoldedValue(header, last);
}
