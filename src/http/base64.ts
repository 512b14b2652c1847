// Strict base64 as it stands in JSON: what Node's own decoder would skip over is a fault here.

/** Decodes canonical base64 (RFC 4648 section 4) without line breaks; undefined for anything else. */
export function decodeBase64(text: string): Buffer | undefined {
  const digits = text.replace(/={1,2}$/, '');
  if (text.length % 4 !== 0 || /[^A-Za-z0-9+/]/.test(digits)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  const tail = bytes.subarray(Math.floor((bytes.length - 1) / 3) * 3);
  return tail.toString('base64') === text.slice(-4) ? bytes : undefined;
}
