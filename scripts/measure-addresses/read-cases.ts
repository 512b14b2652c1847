// Reads the cases of the outside address sets, each in its own format.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AddressOptions } from '../../src/mail/address.ts';
import { type AddressCase, STRICT, STRICT_UTF8 } from './address-case.ts';

type Line = { readonly [name: string]: unknown };

function readLines(folder: string): Line[] {
  return readFileSync(join(folder, 'cases.jsonl'), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
}

function toCase(
  line: Line,
  { options, label = 'valid' }: { readonly options: AddressOptions; readonly label?: string },
) {
  return { address: String(line['address']), valid: line[label] === true, options };
}

/** Every case of a set, by one of its labels. */
export function readLabelled(label: string, options: AddressOptions): (folder: string) => AddressCase[] {
  return (folder) => readLines(folder).map((line) => toCase(line, { label, options }));
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

/** The cases of some formats of JSON Schema. */
export function readFormats(...formats: readonly string[]): (folder: string) => AddressCase[] {
  return (folder) =>
    readLines(folder).filter((line) => formats.includes(String(line['format']))).map((line) => {
      const [before, after, options] = JSON_SCHEMA_FORMATS[String(line['format'])] ?? ['', '', STRICT];
      return { ...toCase(line, { options }), address: `${before}${line['address']}${after}` };
    });
}

/** Options of a validator change its verdict; only those cases are asked whose options ask what we ask. */
export function readWithOptions(name: string, values: readonly string[]): (folder: string) => AddressCase[] {
  return (folder) =>
    readLines(folder).filter((line) => ['isEmail', undefined].includes(line['validator'] as string | undefined))
      .filter((line) => values.includes(typeof line[name] === 'string' ? line[name] : JSON.stringify(line[name])))
      .map((line) => toCase(line, { options: STRICT_UTF8 }));
}

/** The log of a test program: a name, then warnings of the host name check and of the address check. */
export function readPostfixLog(folder: string): AddressCase[] {
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
