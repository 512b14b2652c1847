// The one grammar of envelope addresses for both doors: RFC 5321 Mailbox (strict) or "something at a valid domain" (loose).

import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';

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
// C0, DEL, C1, and what breaks lines or hides inside a name; lone surrogates cannot be encoded.
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\p{Surrogate}/u;
const ASCII = /^[\x00-\x7f]*$/;

/** Judges one address without angle brackets. A source route in front (RFC 5321 appendix F.2) is stripped. */
export function parseAddress(text: string, options: AddressOptions): ParsedAddress {
  if (text === '') return options.allow === 'sender' ? { ok: true, address: '' } : fault('the address is empty');
  if (options.allow === 'recipient' && text.toLowerCase() === 'postmaster') return { ok: true, address: text };
  if (UNPRINTABLE.test(text)) return fault('the address has a control or unprintable character');
  const address = text.startsWith('@') ? stripSourceRoute(text) : text;
  if (address === undefined) return fault('the source route is not valid');
  const at = address.lastIndexOf('@');
  if (at < 0) return fault('the address has no @');
  const local = address.slice(0, at);
  const domain = address.slice(at + 1);
  const problem = options.policy === 'strict'
    ? strictFault(local, domain, options.smtputf8)
    : domainFault(domain, true);
  return problem === undefined ? { ok: true, address } : fault(problem);
}

function fault(text: string): ParsedAddress {
  return { ok: false, fault: text };
}

/** `@a.example,@b.example:user@c.example` → `user@c.example`; undefined when the route is malformed. */
function stripSourceRoute(text: string): string | undefined {
  const colon = text.indexOf(':');
  const hops = text.slice(0, colon).split(',');
  const valid = colon > 0 && hops.every((hop) => hop.startsWith('@') && domainFault(hop.slice(1), true) === undefined);
  return valid ? text.slice(colon + 1) : undefined;
}

function strictFault(local: string, domain: string, smtputf8: boolean): string | undefined {
  if (!smtputf8 && !(ASCII.test(local) && ASCII.test(domain))) return 'characters beyond ASCII need SMTPUTF8';
  if (octets(local) > MAX_LOCAL_PART) return `the local part is longer than ${MAX_LOCAL_PART} octets`;
  if (octets(local) + 1 + octets(domain) > MAX_PATH) return `the address is longer than ${MAX_PATH} octets`;
  const quoted = local.startsWith('"');
  const grammar = quoted
    ? (smtputf8 ? QUOTED_STRING_UTF8 : QUOTED_STRING)
    : (smtputf8 ? DOT_STRING_UTF8 : DOT_STRING);
  if (!grammar.test(local)) return 'the local part is not valid';
  return domainFault(domain, smtputf8);
}

/** What is wrong with the right side of the @: a domain name or an address literal. */
function domainFault(domain: string, allowUtf8: boolean): string | undefined {
  if (domain.startsWith('[')) return isAddressLiteral(domain) ? undefined : 'the address literal is not valid';
  if (domain === '') return 'the domain is missing';
  const ascii = ASCII.test(domain) ? domain : allowUtf8 ? toAsciiDomain(domain) : '';
  if (ascii === '') return 'the domain is not valid';
  if (octets(domain) > MAX_DOMAIN || ascii.length > MAX_DOMAIN) return `the domain is longer than ${MAX_DOMAIN} octets`;
  const valid = ascii.split('.').every((label) => label.length <= MAX_LABEL && LABEL.test(label));
  return valid ? undefined : 'the domain is not valid';
}

/** The A-label form, or empty; UTS 46 maps full-width dots and the like, which RFC 5890 does not, so they are refused. */
function toAsciiDomain(domain: string): string {
  return /[\u3002\uff0e\uff61]/.test(domain) ? '' : domainToASCII(domain);
}

/** RFC 5321 section 4.1.3: an IPv4 address, or an IPv6 address behind its tag; no other tag is registered. */
function isAddressLiteral(literal: string): boolean {
  if (!literal.endsWith(']')) return false;
  const inner = literal.slice(1, -1);
  if (!/^IPv6:/i.test(inner)) return isIPv4(inner);
  return isIPv6(inner.slice(5)) && !inner.includes('%');
}

function octets(text: string): number {
  return ASCII.test(text) ? text.length : Buffer.byteLength(text);
}
