// A scan of the header section (RFC 5322 section 2.2) over the raw bytes: field boundaries only, nothing decoded.

/** A content split at the end of its header section; the two together are the content, byte for byte. */
export interface SplitContent {
  /** All header fields with the empty line that ends them, where there is one. */
  readonly header: Buffer;
  readonly body: readonly Uint8Array[];
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

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Splits content after the first empty line. Only the pieces that hold the header section are ever joined. Content
 * without an empty line is all header section; content that starts with one has no fields.
 */
export function splitHeaderSection(content: readonly Uint8Array[]): SplitContent {
  const joined: Buffer[] = [];
  let length = 0;
  for (const [index, chunk] of content.entries()) {
    joined.push(toBuffer(chunk));
    // The empty line can straddle pieces: look again at the last three bytes before this one.
    const header = joined.length === 1 ? joined[0]! : Buffer.concat(joined);
    const end = endOfHeader(header, Math.max(0, length - 3));
    if (end >= 0) {
      const rest = header.subarray(end);
      const body = content.slice(index + 1);
      return { header: header.subarray(0, end), body: rest.length > 0 ? [rest, ...body] : body };
    }
    length = header.length;
    joined.splice(0, joined.length, header);
  }
  return { header: joined[0] ?? Buffer.alloc(0), body: [] };
}

/** Offset after the empty line, or -1. */
function endOfHeader(header: Buffer, from: number): number {
  if (header.length >= 2 && header[0] === CR && header[1] === LF) return 2;
  const found = header.indexOf(END_OF_HEADER, from);
  return found < 0 ? -1 : found + END_OF_HEADER.length;
}

/**
 * Yields the fields in order, folded lines included. A line that is neither a field nor a continuation belongs to the
 * field before it, so that the windows cover the section without a gap.
 */
export function* headerFields(header: Buffer): Generator<HeaderField> {
  let field: HeaderField | undefined;
  let position = 0;
  while (position < header.length) {
    const newline = header.indexOf(LF, position);
    const end = newline < 0 ? header.length : newline + 1;
    if (isEmptyLine(header, position, end)) break;
    const valueStart = isContinuation(header[position]!) ? -1 : startOfValue(header, position, end);
    if (valueStart >= 0) {
      if (field !== undefined) yield field;
      field = { name: fieldName(header, position, valueStart), start: position, valueStart, end };
    } else if (field !== undefined) {
      field = { ...field, end };
    }
    position = end;
  }
  if (field !== undefined) yield field;
}

function isContinuation(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

function isEmptyLine(header: Buffer, start: number, end: number): boolean {
  const length = end - start;
  return (length === 1 && header[start] === LF) || (length === 2 && header[start] === CR && header[start + 1] === LF);
}

/** Offset after the colon when the line starts a field: printable ASCII up to a colon; blanks before it are obsolete but seen. */
function startOfValue(header: Buffer, start: number, end: number): number {
  let position = start;
  while (position < end && header[position]! > SPACE && header[position]! < 0x7f && header[position] !== COLON) position++;
  if (position === start) return -1;
  while (position < end && isContinuation(header[position]!)) position++; // RFC 5322 section 4.5 obs-fields
  return header[position] === COLON ? position + 1 : -1;
}

function fieldName(header: Buffer, start: number, valueStart: number): string {
  return header.latin1Slice(start, valueStart - 1).trimEnd().toLowerCase();
}

/** The value unfolded (RFC 5322 section 2.2.3) and trimmed, as latin1 so that every byte survives. */
export function unfoldedValue(header: Buffer, field: HeaderField): string {
  return header.latin1Slice(field.valueStart, field.end).replace(/\r?\n(?=[ \t])/g, '').trim();
}
