// One address of a structured message, with or without a name, as it may stand in JSON or in a form.

import { parseAddressList } from '../mail/address-list.ts';

/** An address as it goes into a header field, not judged yet. */
export interface Mailbox {
  readonly address: string;
  /** Empty where there is none. */
  readonly name: string;
}

/** Reads `a@b.c` or `Name <a@b.c>`; undefined for anything else, several addresses and comments included. */
export function parseMailbox(text: string): Mailbox | undefined {
  const whole = text.trim();
  const [address = '', ...more] = parseAddressList(whole);
  if (address === '' || more.length > 0) return undefined;
  if (whole === address) return { address, name: '' };
  const name = whole.slice(0, -(address.length + 2)).trim();
  // Two readers of a list could see two addresses in what one of them skips: blanks and comments have no place here.
  if (whole.slice(-(address.length + 2)) !== `<${address}>`) return undefined;
  return { address, name: unquote(name) };
}

function unquote(name: string): string {
  return /^"(?:[^"\\]|\\.)*"$/.test(name) ? name.slice(1, -1).replace(/\\(.)/g, '$1') : name;
}
