// What may become part of a header field of a composed message: nothing that could begin a field of its own.

// RFC 5322 section 2.2: a field name is printable ASCII without the colon.
const FIELD_NAME = /^[!-9;-~]{1,100}$/;
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;
// RFC 5322 section 2.1.1 bounds a line to 998 characters, and lines are folded at blanks only.
const LONG_WORD = /[\x21-\x7e]{900}/;
// RFC 2045 section 5.1; `multipart/…` would make a container out of an attachment.
const TOKEN = "[A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,100}";
const MEDIA_TYPE = new RegExp(
  `^(?!multipart/)${TOKEN}/${TOKEN}(?:; ?${TOKEN}=(?:${TOKEN}|"[ !#-\\[\\]-~]{0,200}")){0,9}$`,
  'i',
);
// RFC 5322 section 3.6: at most one of each.
const ONCE: ReadonlySet<string> = new Set([
  'date',
  'message-id',
  'sender',
  'reply-to',
  'in-reply-to',
  'references',
]);
const BY_COMPOSER = /^(?:content-.*|mime-version)$/;
const BY_PROPERTY = /^(?:from|to|cc|bcc|subject)$/;

/** Why a text cannot stand in a header field, as a clause; undefined when it can. */
export function findLineFault(text: string): string | undefined {
  if (CONTROL.test(text)) return 'must not have line breaks or other control characters';
  return LONG_WORD.test(text) ? 'must not have a word of 900 characters' : undefined;
}

/** Why a field cannot be added to a composed message; `count` is how often it would stand there. */
export function findFieldFault(name: string, { count }: { readonly count: number }): string | undefined {
  if (!FIELD_NAME.test(name)) return 'is not the name of a header field';
  const lower = name.toLowerCase();
  if (BY_PROPERTY.test(lower)) return `has a property of its own: ${lower}`;
  if (BY_COMPOSER.test(lower)) return 'is set by the gateway';
  return ONCE.has(lower) && count > 1 ? 'may stand there once only' : undefined;
}

/** Why a text cannot be the media type of an attachment. */
export function findMediaTypeFault(text: string): string | undefined {
  return MEDIA_TYPE.test(text) ? undefined : 'must be a media type other than multipart, such as application/pdf';
}

/** Why a text cannot be the Content-ID of an attachment (RFC 2392: what stands behind cid:). */
export function findContentIdFault(text: string): string | undefined {
  return /^[!-;=?-~]{1,250}$/.test(text) ? undefined : 'must be printable ASCII without blanks and angle brackets';
}
