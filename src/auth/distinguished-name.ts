// The name under which a user binds, with whatever the client typed kept inside its attribute value.

/** `uid=<username>,<baseDn>` with the user name escaped (RFC 4514 section 2.4). */
export function toUserDn(username: string, baseDn: string): string {
  return `uid=${escapeValue(username)},${baseDn}`;
}

/** Everything but letters, digits and a few harmless signs as the hex pairs of its UTF-8 bytes. */
function escapeValue(text: string): string {
  return Array.from(new TextEncoder().encode(text), escapeByte).join('');
}

function escapeByte(byte: number): string {
  const letter = String.fromCharCode(byte);
  return /[A-Za-z0-9._@-]/.test(letter) ? letter : `\\${byte.toString(16).padStart(2, '0')}`;
}
