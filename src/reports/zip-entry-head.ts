// Reads the local header of the first entry of a ZIP archive, for a look at what kind of report may be inside.

/** The first entry as far as its local header tells. */
export interface ZipEntryHead {
  readonly name: string;
  readonly deflated: boolean;
  /** From the first byte of the entry's data to the end of the bytes given. */
  readonly data: Buffer;
}

const SIGNATURE = 0x04034b50;
const FIXED_BYTES = 30;
const METHOD_DEFLATE = 8;

/** APPNOTE.TXT section 4.3.7; nothing when the bytes do not begin with a local file header. */
export function parseZipEntryHead(bytes: Buffer): ZipEntryHead | undefined {
  if (bytes.length < FIXED_BYTES || bytes.readUInt32LE(0) !== SIGNATURE) return undefined;
  const nameEnd = FIXED_BYTES + bytes.readUInt16LE(26);
  return {
    name: bytes.toString('latin1', FIXED_BYTES, nameEnd),
    deflated: bytes.readUInt16LE(8) === METHOD_DEFLATE,
    data: bytes.subarray(nameEnd + bytes.readUInt16LE(28)),
  };
}
