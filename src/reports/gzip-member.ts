// Finds the deflated data of a gzip file's first member, for files that carry bytes of a mail transport at their end.

const FIXED_BYTES = 10;
const [HAS_CRC, HAS_EXTRA, HAS_NAME, HAS_COMMENT] = [2, 4, 8, 16];

/** RFC 1952 section 2.3; everything behind the header. */
export function firstMember(bytes: Buffer): Buffer {
  const flags = bytes[3] ?? 0;
  let position = FIXED_BYTES;
  if (flags & HAS_EXTRA) position += 2 + (bytes[position] ?? 0) + 256 * (bytes[position + 1] ?? 0);
  for (const flag of [HAS_NAME, HAS_COMMENT]) {
    if (!(flags & flag)) continue;
    const zero = bytes.indexOf(0, position);
    position = zero < 0 ? bytes.length : zero + 1;
  }
  return bytes.subarray(flags & HAS_CRC ? position + 2 : position);
}
