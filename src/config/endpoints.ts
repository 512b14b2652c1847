// The value types that say where to listen and who may come: addresses, ports, ranges.

import { parseIpAddress } from '../mail/ip-address.ts';
import { type IpRanges, parseIpRanges } from '../mail/ip-ranges.ts';
import { type Parsed, parsed, problem } from '../mail/parsed.ts';
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

function parsePortRange(text: string): Parsed<{ readonly first: number; readonly last: number }> {
  const [, first = '', last = first] = /^(\d+)(?:\s*-\s*(\d+))?$/.exec(text) ?? [];
  if (first === '') return problem(`${quote(text)} is not a port`);
  for (const end of [first, last]) {
    if (Number(end) < 1 || Number(end) > HIGHEST_PORT) return problem(`${quote(end)} is not a port`);
  }
  if (Number(first) > Number(last)) return problem(`${quote(text)} runs backwards`);
  return parsed({ first: Number(first), last: Number(last) });
}
