// The one grammar of envelope addresses for both doors: RFC 5321 Mailbox (strict) or "something at a valid domain" (loose).

import { domainToASCII, domainToUnicode } from 'node:url';
import { isAddressLiteral } from './address-literal.ts';
import { mayBeULabel } from './u-label.ts';

/** MailerQ: smtp-validate-address. */
export type AddressPolicy = 'strict' | 'loose';

/** How an address is judged. */
export interface AddressOptions {
  readonly policy: AddressPolicy;
  /** RFC 6531: characters beyond ASCII are allowed (always so over HTTP). */
  readonly smtputf8: boolean;
  /** `sender` allows the empty reverse-path, `recipient` a bare `postmaster`. */
  readonly allow: 'sender' | 'recipient';
}

/** The address as it goes into the record, or what is wrong with it (fit for a reply). */
export type ParsedAddress =
  | { readonly ok: true; readonly address: string }
  | { readonly ok: false; readonly fault: string };

/** What stands left and right of the last @. */
interface Mailbox {
  readonly local: string;
  readonly domain: string;
}

// RFC 5321 section 4.5.3.1, in octets.
const MAX_LOCAL_PART = 64;
const MAX_DOMAIN = 255;
const MAX_PATH = 254; // 256 with the angle brackets
const MAX_LABEL = 63; // RFC 1035 section 2.3.4

// RFC 5322 section 3.2.3 atext; RFC 6531 section 3.3 adds everything beyond ASCII.
const DOT_STRING = /^[\w!#$%&'*+\-/=?^`{|}~]+(?:\.[\w!#$%&'*+\-/=?^`{|}~]+)*$/;
const DOT_STRING_UTF8 = /^[\w!#$%&'*+\-/=?^`{|}~\u0080-\u{10ffff}]+(?:\.[\w!#$%&'*+\-/=?^`{|}~\u0080-\u{10ffff}]+)*$/u;
// RFC 5321 section 4.1.2: qtextSMTP = %d32-33 / %d35-91 / %d93-126, quoted-pairSMTP = "\" %d32-126.
const QUOTED_STRING = /^"(?:[ !#-[\]-~]|\\[ -~])*"$/;
const QUOTED_STRING_UTF8 = /^"(?:[ !#-[\]-~\u0080-\u{10ffff}]|\\[ -~])*"$/u;
// RFC 5321 section 4.1.2: sub-domain = Let-dig [Ldh-str].
const LABEL = /^[a-z\d](?:[a-z\d-]*[a-z\d])?$/i;
// Line ends and what else drives a terminal or a protocol (C0, DEL, C1); a lone surrogate has no UTF-8 form.
const CONTROL = /[\p{Cc}\p{Surrogate}]/u;
const ASCII = /^[\x00-\x7f]*$/;

/** Judges one address without angle brackets. A source route in front (RFC 5321 appendix F.2) is stripped. */
export function parseAddress(text: string, { policy, smtputf8, allow }: AddressOptions): ParsedAddress {
  if (text === '') return allow === 'sender' ? { ok: true, address: '' } : fault('the address is empty');
  if (allow === 'recipient' && text.toLowerCase() === 'postmaster') return { ok: true, address: text };
  if (CONTROL.test(text)) return fault('the address has a control character or a lone surrogate');
  const allowUtf8 = smtputf8 || policy === 'loose';
  const address = withoutSourceRoute(text, allowUtf8);
  const at = address.lastIndexOf('@');
  if (at < 0) return fault('the address has no @');
  const local = address.slice(0, at);
  const domain = address.slice(at + 1);
  if (local === '') return fault('the local part is missing');
  const problem = (policy === 'strict' ? strictFault({ local, domain }, allowUtf8) : undefined) ??
    domainFault(domain, allowUtf8);
  return problem === undefined ? { ok: true, address } : fault(problem);
}

/** What two spellings of one mailbox have in common: only the domain ignores case (RFC 5321 section 2.4). */
export function toMailboxKey(address: string): string {
  const at = address.lastIndexOf('@');
  return address.slice(0, at + 1) + address.slice(at + 1).toLowerCase();
}

const A_LABEL = /(?:^|\.)xn--/i;

/**
 * The address with a domain of A-labels as U-labels, as consumers of records expect it (MailerQ 4.1); an address that
 * would not come back the same way stays as it is (RFC 5891 section 5.4).
 */
export function toUnicodeAddress(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  if (at < 0 || !A_LABEL.test(domain)) return address;
  const unicode = domainToUnicode(domain);
  const comesBack = unicode !== '' && domainToASCII(unicode) === domain.toLowerCase();
  const isName = unicode.split('.').every((label) => ASCII.test(label) || mayBeULabel(label));
  return comesBack && isName ? address.slice(0, at + 1) + unicode : address;
}

function fault(text: string): ParsedAddress {
  return { ok: false, fault: text };
}

/** `@a.example,@b.example:user@c.example` → `user@c.example`; what does not start with a whole route stays as it is. */
function withoutSourceRoute(text: string, allowUtf8: boolean): string {
  const colon = text.indexOf(':');
  if (!text.startsWith('@') || colon < 0) return text;
  const hops = text.slice(0, colon).split(',');
  // RFC 5321 section 4.1.2: At-domain = "@" Domain, so an address literal is no hop.
  const valid = hops.every((hop) => hop.startsWith('@') && domainNameFault(hop.slice(1), allowUtf8) === undefined);
  return valid ? text.slice(colon + 1) : text;
}

function strictFault({ local, domain }: Mailbox, allowUtf8: boolean): string | undefined {
  if (!allowUtf8 && !(ASCII.test(local) && ASCII.test(domain))) return 'characters beyond ASCII need SMTPUTF8';
  if (octets(local) > MAX_LOCAL_PART) return `the local part is longer than ${MAX_LOCAL_PART} octets`;
  if (octets(local) + 1 + octets(domain) > MAX_PATH) return `the address is longer than ${MAX_PATH} octets`;
  const quoted = local.startsWith('"');
  const grammar = quoted
    ? (allowUtf8 ? QUOTED_STRING_UTF8 : QUOTED_STRING)
    : (allowUtf8 ? DOT_STRING_UTF8 : DOT_STRING);
  return grammar.test(local) ? undefined : 'the local part is not valid';
}

/** What is wrong with the right side of the @: a domain name or an address literal. */
function domainFault(domain: string, allowUtf8: boolean): string | undefined {
  if (!domain.startsWith('[')) return domainNameFault(domain, allowUtf8);
  return isAddressLiteral(domain) ? undefined : 'the address literal is not valid';
}

function domainNameFault(domain: string, allowUtf8: boolean): string | undefined {
  if (domain === '') return 'the domain is missing';
  const tooLong = `the domain is longer than ${MAX_DOMAIN} octets`;
  if (octets(domain) > MAX_DOMAIN) return tooLong;
  const labels = domain.split('.').map((label) => allowUtf8 ? toAsciiLabel(label) : label);
  if (!labels.every((label) => label.length <= MAX_LABEL && LABEL.test(label))) return 'the domain is not valid';
  return labels.join('.').length > MAX_DOMAIN ? tooLong : undefined;
}

/** The A-label of a U-label (RFC 5890 section 2.3.2.1), ASCII as it is, empty for anything else. */
function toAsciiLabel(label: string): string {
  if (ASCII.test(label)) return label;
  if (!mayBeULabel(label)) return '';
  // The platform's function is made for URLs: it drops invisible characters, rewrites look-alikes, decodes %41 and
  // stops at a slash. Only what comes back is a name that every reader takes for the same one; case and decomposed
  // letters are let pass, as in RFC 5895 section 2.
  const ascii = domainToASCII(label);
  return ascii.startsWith('xn--') && domainToUnicode(ascii) === label.normalize('NFC').toLowerCase() ? ascii : '';
}

function octets(text: string): number {
  return ASCII.test(text) ? text.length : Buffer.byteLength(text);
}
