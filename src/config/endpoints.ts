// The value types that say where to listen and who may come: addresses, ports, ranges.

import { normalizeIp, parseIpAddress } from '../mail/ip-address.ts';
import { type IpRanges, parseIpRanges, parseRangeLines } from '../mail/ip-ranges.ts';
import { type Parsed, parsed, problem } from '../mail/parsed.ts';
import { bool } from './numbers.ts';
import { hostName } from './texts.ts';
import { quote, type ValueType } from './value-type.ts';

const HIGHEST_PORT = 65535;

/** TCP ports: single ones and ranges (MailerQ's notation). */
export function ports(): ValueType<readonly number[]> {
  return {
    accepts: 'ports as in 25,2525,1024-1026',
    whenEmpty: [],
    parse(text) {
      if (text === '0') return parsed([]);
      const all = new Set<number>();
      for (const element of text.split(',')) {
        const range = parsePortRange(element.trim());
        if (!range.ok) return range;
        for (let port = range.value.first; port <= range.value.last; port++) all.add(port);
      }
      return parsed([...all]);
    },
  };
}

/** Local addresses to bind; IPv6 link-local ones keep their zone id, which binding needs. */
export function addresses(): ValueType<readonly string[]> {
  return {
    accepts: 'IP addresses as in 127.0.0.1,::1',
    whenEmpty: [],
    parse(text) {
      const elements = text.split(/[;,]/).map((element) => element.trim()).filter((element) => element !== '');
      const wrong = elements.find((element) => parseIpAddress(element) === undefined);
      return wrong === undefined ? parsed([...new Set(elements)]) : problem(`${quote(wrong)} is not an IP address`);
    },
  };
}

/** Networks of peers. */
export function ranges(): ValueType<IpRanges> {
  return { accepts: 'ranges as in 192.168.0.0/16;10.0.0.1;2001:db8::/32', parse: parseIpRanges };
}

/** Ranges in the value itself, or the file in which they stand, one a line. */
export type RangesOrPath = { readonly ranges: IpRanges } | { readonly path: string };

// What begins like an address or a network is meant to be one: its faults are not those of a path.
const RANGES = /^(?:\d+\.\d+\.|[\da-f]*:)/i;

/** Networks of peers, or a file of them. */
export function rangesOrPath(): ValueType<RangesOrPath> {
  return {
    accepts: 'ranges as in 192.168.0.0/16;10.0.0.1, or the path of a file with one range a line',
    readable: (text) => !RANGES.test(text),
    checkContent: parseRangeLines,
    parse(text) {
      if (!RANGES.test(text)) return parsed({ path: text });
      const read = parseIpRanges(text);
      return read.ok ? parsed({ ranges: read.value }) : read;
    },
  };
}

/** Networks of peers; the old form is a switch, for every peer and for none. */
export function rangesOrSwitch(): ValueType<IpRanges> {
  return {
    accepts: `${ranges().accepts}, or 1 for every peer and 0 for none`,
    whenEmpty: [],
    parse(text) {
      const every = bool().parse(text);
      if (every.ok) return parseIpRanges(every.value ? '0.0.0.0/0;::/0' : '');
      return parseIpRanges(text);
    },
  };
}

/** Host names by the local address for which they stand. */
export function namesByAddress(): ValueType<ReadonlyMap<string, string>> {
  return {
    accepts: 'addresses with host names as in 192.0.2.1=mx1.example.com;2001:db8::1=mx2.example.com',
    whenEmpty: new Map(),
    parse(text) {
      const names = new Map<string, string>();
      for (const element of text.split(/[;,]/).map((part) => part.trim()).filter((part) => part !== '')) {
        const [address = '', name = '', ...more] = element.split('=').map((part) => part.trim());
        if (parseIpAddress(address) === undefined) return problem(`${quote(address)} is not an IP address`);
        if (name === '') return problem(`${quote(element)} has no name`);
        const checked = hostName().parse([name, ...more].join('='));
        if (!checked.ok) return checked;
        if (names.has(normalizeIp(address))) return problem(`${quote(address)} has two names`);
        names.set(normalizeIp(address), checked.value);
      }
      return parsed(names);
    },
  };
}

function parsePortRange(text: string): Parsed<{ readonly first: number; readonly last: number }> {
  const [, first = '', last = first] = /^(\d+)(?:\s*-\s*(\d+))?$/.exec(text) ?? [];
  if (first === '') return problem(`${quote(text)} is not a port`);
  for (const end of [first, last]) {
    if (Number(end) < 1 || Number(end) > HIGHEST_PORT) return problem(`${quote(end)} is not a port`);
  }
  if (Number(first) > Number(last)) return problem(`${quote(text)} runs backwards`);
  return parsed({ first: Number(first), last: Number(last) });
}
