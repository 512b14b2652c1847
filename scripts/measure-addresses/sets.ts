// The outside address sets: what each is asked, by what it judges, and how many of its cases agreed when last looked at.
import { type AddressCase, LOOSE, STRICT_UTF8 } from './address-case.ts';
import { readFormats, readLabelled, readPostfixLog, readWithOptions } from './read-cases.ts';
import { BY_FORM, BY_GRAMMAR, BY_HEADER_GRAMMAR, BY_IDNA, BY_POSTFIX, type Ruling } from './rulings.ts';

/** A set, or what of it asks one question. */
export interface AddressSet {
  /** The folder of the corpora, and what of it. */
  readonly name: string;
  /** What it judges by, when that is not the grammar of the envelope (RFC 5321 and 6531). */
  readonly judgesBy?: string;
  readonly rulings: readonly Ruling[];
  /** Fewer than these must never agree. */
  readonly agreed: number;
  readonly read: (folder: string) => AddressCase[];
}

/** Every set. */
export const ADDRESS_SETS: readonly AddressSet[] = [
  { name: 'addr-isemail', rulings: BY_GRAMMAR, agreed: 164, read: readLabelled('valid', STRICT_UTF8) },
  { name: 'addr-pyisemail', rulings: BY_GRAMMAR, agreed: 152, read: readLabelled('valid', STRICT_UTF8) },
  {
    name: 'addr-jsonschema (addresses)',
    rulings: BY_GRAMMAR,
    agreed: 102,
    read: readFormats('email', 'idn-email', 'ipv4', 'ipv6'),
  },
  {
    name: 'addr-jsonschema (names)',
    judgesBy: 'what a registry or a browser has to do with a name (RFC 5891 sections 4 and 5, RFC 5895)',
    rulings: BY_IDNA,
    agreed: 107,
    read: readFormats('hostname', 'idn-hostname'),
  },
  {
    name: 'addr-isemail (loose)',
    judgesBy: 'the grammar of header fields (RFC 5322), where smtp-validate-address: loose has none but wants a domain',
    rulings: BY_HEADER_GRAMMAR,
    agreed: 102,
    read: readLabelled('loose', LOOSE),
  },
  {
    name: 'addr-validatorjs',
    judgesBy: 'what a web form should accept',
    rulings: BY_FORM,
    agreed: 58,
    read: readWithOptions('args', ['[]']),
  },
  {
    name: 'addr-hapi',
    judgesBy: 'what a web form should accept: two labels, a known top level domain, no quotes, no literals',
    rulings: BY_FORM,
    agreed: 213,
    read: readWithOptions('opts', ['', '{ minDomainSegments: 1 }']),
  },
  {
    name: 'addr-postfix',
    judgesBy: 'what Postfix takes for a host name in its configuration',
    rulings: BY_POSTFIX,
    agreed: 102,
    read: readPostfixLog,
  },
];
