// The Authorization header of a request (RFC 9110 section 11.6.2): which scheme, and what it says.

/** What a client shows. */
export type Authorization =
  | { readonly scheme: 'bearer'; readonly token: string }
  | { readonly scheme: 'basic'; readonly username: string; readonly password: string };

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const BASE64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}(?:==)?|[A-Za-z\d+/]{3}=?)?$/;

/** Reads the header; undefined for anything but Bearer (RFC 6750) and Basic (RFC 7617) in their right form. */
export function parseAuthorization(header: string): Authorization | undefined {
  const [, scheme = '', value = ''] = /^([A-Za-z]+) +(\S+)$/.exec(header) ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return { scheme: 'bearer', token: value };
    case 'basic':
      return parseBasic(value);
    default:
      return undefined;
  }
}

function parseBasic(value: string): Authorization | undefined {
  const text = BASE64.test(value) ? decodeUtf8(value) : undefined;
  const colon = text?.indexOf(':') ?? -1;
  if (text === undefined || colon < 0) return undefined;
  return { scheme: 'basic', username: text.slice(0, colon), password: text.slice(colon + 1) };
}

function decodeUtf8(base64: string): string | undefined {
  try {
    return decoder.decode(Buffer.from(base64, 'base64'));
  } catch {
    return undefined;
  }
}
