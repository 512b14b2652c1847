// Reads the address list of a From, To, Cc or Bcc field (RFC 5322 section 3.4): whom it names, nobody judged yet.

const OPENERS: { readonly [open: string]: string } = { '"': '"', '(': ')', '[': ']' };

/**
 * The addresses of a list in order, groups flattened, comments and names gone, blanks around dots and @ too. An entry
 * that is not one address (a name alone, two addresses without a comma, a quote that never ends) becomes an empty text:
 * whoever is named has to be refused or served, never passed over.
 */
export function parseAddressList(list: string): string[] {
  const found: string[] = [];
  let entry = new Entry();
  const endEntry = () => {
    const text = entry.toText();
    if (text !== undefined) found.push(text);
    entry = new Entry();
  };
  let at = 0;
  while (at < list.length) {
    const character = list.charAt(at);
    const end = character in OPENERS ? endOfToken(list, at) : endOfWord(list, at);
    // The gateways of some systems write semicolons for commas; in a group's end it is one more empty entry.
    if ((character === ',' || character === ';') && !entry.isInAngle) endEntry();
    else if (character === ':' && entry.isGroupName) entry = new Entry();
    else entry.take(list.slice(at, end), { isClosed: end <= list.length });
    at = end;
  }
  endEntry();
  return found;
}

// What has a meaning of its own, one character at a time.
const WORD = /[^ \t<>@.,;:"([]+/y;

/** Offset after a run of characters without a meaning of their own, or after the one that has one. */
function endOfWord(text: string, start: number): number {
  WORD.lastIndex = start;
  return WORD.test(text) ? WORD.lastIndex : start + 1;
}

/** Offset after a quoted string, comment or domain literal; past the end of the text when it never closes. */
function endOfToken(text: string, start: number): number {
  const open = text.charAt(start);
  let depth = 1;
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') at++;
    else if (character === OPENERS[open]) depth--;
    else if (character === open && open === '(') depth++;
    if (depth === 0) return at + 1;
  }
  return text.length + 1;
}

/** What stands between two commas; no text is looked at twice, so that a long list takes no longer than its length. */
class Entry {
  /** The address so far: what is in the angle brackets, or all of it without any. */
  #words: string[] = [];
  #last = '';
  #hasAt = false;
  #state: 'words' | 'in-angle' | 'after-angle' = 'words';
  #isAfterBlank = false;
  /** Blanks are left between what would be the parts of an address. */
  #hasGap = false;
  #isBroken = false;

  get isInAngle(): boolean {
    return this.#state === 'in-angle';
  }

  /** Whether a colon here ends the name of a group. */
  get isGroupName(): boolean {
    return this.#state === 'words' && !this.#hasAt;
  }

  take(token: string, { isClosed }: { readonly isClosed: boolean }): void {
    if (!isClosed) this.#isBroken = true;
    else if (token === ' ' || token === '\t' || token.startsWith('(')) this.#isAfterBlank = true;
    else if (token === '<') this.#openAngle();
    else if (token === '>' && this.isInAngle) this.#state = 'after-angle';
    else if (token === '>' || this.#state === 'after-angle') this.#isBroken = true;
    else this.#append(token);
  }

  /** The one address, empty when there is not exactly one; undefined for nothing between two commas. */
  toText(): string | undefined {
    if (this.#isBroken || this.isInAngle || this.#hasGap) return '';
    return this.#state === 'words' && this.#words.length === 0 ? undefined : this.#words.join('');
  }

  /** Everything before was a name. */
  #openAngle(): void {
    if (this.#state !== 'words') this.#isBroken = true;
    this.#state = 'in-angle';
    this.#words = [];
    this.#last = '';
    this.#hasGap = this.#isAfterBlank = false;
  }

  #append(token: string): void {
    const joins = this.#last === '' || isJoint(this.#last) || isJoint(token);
    if (this.#isAfterBlank && !joins) this.#hasGap = true;
    if (!this.#hasGap) this.#words.push(token);
    if (token === '@') this.#hasAt = true;
    this.#last = token;
    this.#isAfterBlank = false;
  }
}

/** What may have blanks around it (RFC 5322 section 4.4). */
function isJoint(token: string): boolean {
  return token === '@' || token === '.';
}
