// The address grammar against address sets that others have collected; runs where MAILCHUTE_CORPORA names their folder.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { type AddressOptions, parseAddress } from '../../src/mail/address.ts';

/** One address with the set's opinion on it. */
interface Case {
  readonly address: string;
  readonly valid: boolean;
  readonly options: AddressOptions;
}

/** One set, with the number of cases that must agree at least, and who is right about the others. */
interface AddressSet {
  readonly name: string;
  readonly agreed: number;
  readonly disagreements: readonly string[];
  cases(folder: string): Case[];
}

const STRICT: AddressOptions = { policy: 'strict', smtputf8: false, allow: 'recipient' };
const STRICT_UTF8: AddressOptions = { ...STRICT, smtputf8: true };
const LOOSE: AddressOptions = { ...STRICT_UTF8, policy: 'loose' };

function readCases(folder: string): { readonly [name: string]: unknown }[] {
  return readFileSync(join(folder, 'cases.jsonl'), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
}

function toCases(
  folder: string,
  { label, options }: { readonly label: string; readonly options: AddressOptions },
): Case[] {
  return readCases(folder).map((each) => ({ address: String(each['address']), valid: each[label] === true, options }));
}

/** Host names and IP addresses are judged as the right side of an address. */
const JSON_SCHEMA_FORMATS: { readonly [format: string]: readonly [before: string, after: string, AddressOptions] } = {
  email: ['', '', STRICT],
  'idn-email': ['', '', STRICT_UTF8],
  hostname: ['user@', '', STRICT],
  'idn-hostname': ['user@', '', STRICT_UTF8],
  ipv4: ['user@[', ']', STRICT],
  ipv6: ['user@[IPv6:', ']', STRICT],
};

function jsonSchemaCases(folder: string, formats: readonly string[]): Case[] {
  return readCases(folder).filter((each) => formats.includes(String(each['format']))).map((each) => {
    const [before, after, options] = JSON_SCHEMA_FORMATS[String(each['format'])] ?? ['', '', STRICT];
    return { address: `${before}${each['address']}${after}`, valid: each['valid'] === true, options };
  });
}

/** Options of the validator change its verdict; only what maps to ours is asked. */
function validatorCases(folder: string): Case[] {
  return readCases(folder).filter((each) => each['validator'] === 'isEmail' && JSON.stringify(each['args']) === '[]')
    .map((each) => ({ address: String(each['address']), valid: each['valid'] === true, options: STRICT_UTF8 }));
}

function hapiCases(folder: string): Case[] {
  return readCases(folder).filter((each) => ['', '{ minDomainSegments: 1 }'].includes(String(each['opts'])))
    .map((each) => ({ address: String(each['address']), valid: each['valid'] === true, options: STRICT_UTF8 }));
}

/** The log of a test program: a name, then warnings of the host name check and of the address check. */
function postfixCases(folder: string): Case[] {
  const log = readFileSync(join(folder, 'data/util/valid_hostname.ref'), 'utf8');
  return log.split(/^.*testing: "/m).slice(1).flatMap((part) => {
    const name = part.slice(0, part.indexOf('"'));
    const isAddress = !/warning: valid_(?:hostaddr|ipv4_hostaddr|ipv6_hostaddr)/.test(part);
    const byName = { address: `user@${name}`, valid: !part.includes('warning: valid_hostname'), options: STRICT };
    // Names with a wildcard are not asked as addresses.
    if (name.includes('*')) return [byName];
    const literal = name.includes(':') ? `[IPv6:${name}]` : `[${name}]`;
    return [byName, { address: `user@${literal}`, valid: isAddress, options: STRICT }];
  });
}

const SETS: readonly AddressSet[] = [
  {
    name: 'addr-isemail',
    agreed: 164,
    disagreements: [],
    cases: (folder) => toCases(folder, { label: 'valid', options: STRICT_UTF8 }),
  },
  {
    name: 'addr-isemail (loose)',
    agreed: 102,
    disagreements: [
      'the set takes comments, folding and domain literals of RFC 5322 headers; an envelope has none (RFC 5321 section 4.1.2)',
      'the set wants a grammar left of the @; loose has none but wants a domain on the right (smtp-validate-address)',
    ],
    cases: (folder) => toCases(folder, { label: 'loose', options: LOOSE }),
  },
  {
    name: 'addr-pyisemail',
    agreed: 152,
    disagreements: ['"::" for a single group: RFC 5321 section 4.1.3 wants it to stand for two at least'],
    cases: (folder) => toCases(folder, { label: 'valid', options: STRICT_UTF8 }),
  },
  {
    name: 'addr-jsonschema (email)',
    agreed: 32,
    disagreements: ['U+0085 in a local part: RFC 6531 section 3.3 lets it stand, no control character passes here'],
    cases: (folder) => jsonSchemaCases(folder, ['email', 'idn-email']),
  },
  {
    name: 'addr-jsonschema (hostname)',
    agreed: 93,
    disagreements: [
      'labels with xn-- that decode to nothing valid: RFC 5321 section 4.1.2 asks for letters, digits and hyphens only',
      'characters valid in some contexts only (RFC 5892 appendix A) and bidi over several labels (RFC 5893): not judged',
      'other full stops than U+002E: a mapping for user interfaces (RFC 5895), no separator (RFC 5321 section 4.1.2)',
    ],
    cases: (folder) => jsonSchemaCases(folder, ['hostname', 'idn-hostname']),
  },
  {
    name: 'addr-jsonschema (ip)',
    agreed: 70,
    disagreements: ['a leading zero: RFC 5321 section 4.1.3 has one to three digits and calls them decimal'],
    cases: (folder) => jsonSchemaCases(folder, ['ipv4', 'ipv6']),
  },
  {
    name: 'addr-validatorjs',
    agreed: 58,
    disagreements: [
      'a top level domain of one letter, or with a symbol: not a question of syntax (RFC 5321 section 4.1.2)',
      'U+00A0 in a local part: RFC 6531 section 3.3 takes everything beyond ASCII',
    ],
    cases: validatorCases,
  },
  {
    name: 'addr-hapi',
    agreed: 213,
    disagreements: [
      'the set refuses quoted strings and address literals, which RFC 5321 section 4.1.2 has',
      'the set wants two labels and a known top level domain: RFC 5321 section 2.3.5 leaves that to the DNS',
      'U+FFFD in a local part: RFC 6531 section 3.3 takes everything beyond ASCII',
    ],
    cases: hapiCases,
  },
  {
    name: 'addr-postfix',
    agreed: 102,
    disagreements: [
      'names of digits only, which sub-domain in RFC 5321 section 4.1.2 allows; *.example.com, which it does not',
      'five groups and an IPv4 address: RFC 5321 section 4.1.3 wants six; 0.255.255.255: it has no rule for the first octet',
    ],
    cases: postfixCases,
  },
];

const root = process.env['MAILCHUTE_CORPORA'] ?? '';

for (const { name, agreed, disagreements, cases } of SETS) {
  test(`parseAddress() agrees with ${name} as far as the RFCs do`, () => {
    const folder = join(root, name.replace(/ .*/, ''));
    if (root === '' || !existsSync(folder)) {
      console.log(`*** ${name}: DID NOT RUN, MAILCHUTE_CORPORA does not lead to this set ***`);
      return;
    }
    const all = cases(folder);
    const differing = all.filter(({ address, valid, options }) => parseAddress(address, options).ok !== valid);
    const count = all.length - differing.length;
    console.log(`${name}: ${count} of ${all.length} agree`);
    for (const reason of disagreements) console.log(`  elsewhere: ${reason}`);
    const listed = differing.map(({ address, valid }) => `${valid ? 'takes' : 'refuses'} ${JSON.stringify(address)}`);
    assert.ok(count >= agreed, `${agreed} agreed before; now the set ${listed.join(', ')}`);
  });
}
