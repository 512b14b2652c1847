// Why we differ from an outside set on an address: the section that decides, and which addresses it decides about.
import { parseAddress } from '../../src/mail/address.ts';
import { LOOSE } from './address-case.ts';

/** One reason to differ, always in the same direction. */
export interface Ruling {
  /** What the set says of these addresses; we say the opposite. */
  readonly valid: boolean;
  /** Of the text that is asked. */
  readonly decides: (address: string) => boolean;
  readonly reason: string;
}

type Decides = Ruling['decides'];

function setRefuses(decides: Decides, reason: string): Ruling {
  return { valid: false, decides, reason };
}

function setTakes(decides: Decides, reason: string): Ruling {
  return { valid: true, decides, reason };
}

const domainOf = (address: string) => address.slice(address.lastIndexOf('@') + 1);
const localOf = (address: string) => address.slice(0, address.lastIndexOf('@'));
const hasDomain = (pattern: RegExp): Decides => (address) => pattern.test(domainOf(address));
const hasLocal = (pattern: RegExp): Decides => (address) => pattern.test(localOf(address));

const HEADER_SYNTAX = 'folding, comments and controls are of headers (RFC 5322); RFC 5321 section 4.1.2 has none';

/** The sets judge by the grammar of the envelope. */
export const BY_GRAMMAR: readonly Ruling[] = [
  setTakes(
    (address) => address.endsWith('@[IPv6:1111:2222:3333:4444:5555:6666::8888]'),
    '"::" for one group: RFC 5321 section 4.1.3, it "represents at least 2 16-bit groups of zeros"',
  ),
  setTakes(
    hasLocal(/[\x80-\x9f]/),
    'a C1 control: RFC 6531 section 3.3 would let it stand; refused on purpose, as readers take U+0085 for a line end',
  ),
  setRefuses(
    hasDomain(/:\d+\.\d+\.\d+\.0\d\]$/),
    'a leading zero: RFC 5321 section 4.1.3, Snum = 1*3DIGIT and decimal',
  ),
];

/** The label "anything but an error" of a validator of headers. */
export const BY_HEADER_GRAMMAR: readonly Ruling[] = [
  setRefuses(
    (address) => !/\p{Cc}/u.test(address) && parseAddress(`x@${domainOf(address)}`, LOOSE).ok,
    'smtp-validate-address: loose asks for a valid domain and has no grammar on the left; strict (RFC 5321 section 4.1.2) refuses it',
  ),
  setTakes((address) => /[\0-\x1f\x7f]/.test(address), HEADER_SYNTAX),
  setTakes(
    hasDomain(/^(?:\([^)]*\))?\[/),
    'a literal of RFC 5322 section 3.4.1; RFC 5321 section 4.1.3 has IPv4 and IPv6',
  ),
  setTakes(hasDomain(/[ ()]/), HEADER_SYNTAX),
  setTakes(hasDomain(/\//), 'RFC 5321 section 4.1.2: a sub-domain has letters, digits and hyphens'),
  setTakes(hasDomain(/[^.]{64}/), 'RFC 1035 section 2.3.4: a label has at most 63 octets'),
  setTakes(hasDomain(/^.{254,}$/), 'RFC 1035 section 2.3.4: a name has at most 255 octets on the wire'),
];

/** The sets judge host names by IDNA2008, as a registry or a user interface has to. */
export const BY_IDNA: readonly Ruling[] = [
  setRefuses(
    hasDomain(/(?:^|\.)xn--/i),
    'an A-label that decodes to no valid U-label: RFC 5321 section 4.1.2 asks for letters, digits and hyphens; the DNS has no such name',
  ),
  setRefuses(
    hasDomain(/^\d[a-z\d-]*\.[\u05d0-\u05ea]+$/),
    'a digit in front in a name with a right-to-left label: RFC 5893 section 2 binds the registry; a name that is there gets its mail',
  ),
  setTakes(
    hasDomain(/[\u3002\uff0e\uff61]/),
    'another full stop than U+002E: a mapping for user interfaces (RFC 5895 section 2), no separator in RFC 5321 section 4.1.2',
  ),
];

/** What a web form should accept. */
export const BY_FORM: readonly Ruling[] = [
  setRefuses(
    hasDomain(/\.[a-z]$|[\u00a0-\u00bf]$/i),
    'a top level domain of one letter or with a symbol: RFC 5321 section 2.3.5 leaves that to the DNS',
  ),
  setRefuses(hasLocal(/[\u00a0\ufffd]/), 'RFC 6531 section 3.3: UTF8-non-ascii is everything beyond ASCII'),
  setRefuses(hasLocal(/^".*"$/), 'RFC 5321 section 4.1.2: a local part may be a quoted string'),
  setRefuses(hasDomain(/^\[.*\]$/), 'RFC 5321 section 4.1.3: an address literal may stand for the domain'),
  setRefuses(hasDomain(/^[^.]+$/), 'RFC 5321 section 2.3.5: one label is a domain; whether it exists the DNS knows'),
  setRefuses(
    hasDomain(/(?:^|\.)\d+$/),
    'RFC 5321 section 4.1.2: a sub-domain may be of digits; which top level domains there are the DNS knows',
  ),
];

/** What a mail server of many years takes and refuses. */
export const BY_POSTFIX: readonly Ruling[] = [
  setRefuses(
    hasDomain(/^\d+(?:\.\d+)*$/),
    'RFC 5321 section 4.1.2: sub-domain = Let-dig [Ldh-str], so digits alone are a name',
  ),
  setRefuses(hasDomain(/^\[0\./), 'RFC 5321 section 4.1.3: Snum is 0 to 255, the first one too'),
  setTakes(
    hasDomain(/^\[IPv6:(?:[\da-f]+:){5}\d+\.\d+\.\d+\.\d+\]$/i),
    'RFC 5321 section 4.1.3: IPv6v4-full has six groups',
  ),
  setTakes(hasDomain(/^\*\./), 'RFC 5321 section 4.1.2: a sub-domain has letters, digits and hyphens, no wildcard'),
];
