// Hides the passwords inside URLs, those of brokers above all, before they are shown to anybody.

const BOUNDARY = /[,;]\s*(?=amqps?:\/\/)/i;

/** The text with `***` for every password. When in doubt it hides too much: a malformed address may hold one, too. */
export function maskPasswords(text: string): string {
  const separators = text.match(new RegExp(BOUNDARY, 'gi')) ?? [];
  return text.split(BOUNDARY).map((piece, index) => maskPassword(piece) + (separators[index] ?? '')).join('');
}

function maskPassword(url: string): string {
  // Where it ends cannot be seen: it is verbatim and may look like a port or hold an @.
  if (/^hardcoded:/i.test(url)) return 'hardcoded://***';
  const [, scheme = '', rest = ''] = /^([a-z]+:\/\/)?(.*)$/is.exec(url) ?? [];
  const at = rest.lastIndexOf('@');
  const colon = rest.indexOf(':');
  if (at >= 0) return colon < 0 || colon > at ? url : `${scheme}${rest.slice(0, colon)}:***${rest.slice(at)}`;
  // Without an @, what follows a colon should be a port; anything else may be a password whose host was forgotten.
  const strange = colon >= 0 && !/^[^:/]*(:\d{1,5})?([;,/].*)?$/s.test(rest) && !rest.startsWith('[');
  return strange ? `${scheme}${rest.slice(0, colon)}:***` : url;
}
