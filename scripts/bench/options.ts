// Reads the command line of the benchmark.
import { parseArgs } from 'node:util';

/** All sections, in the order in which they run. */
export const SECTIONS = [
  'throughput',
  'connections',
  'latency',
  'embedded',
  'threads',
  'checks',
  'scaling',
  'http',
] as const;

/** One part of the benchmark. */
export type SectionName = typeof SECTIONS[number];

/** What is compared in the sections throughput and connections. */
export const SERVERS = ['raw', 'smtp-sink', 'mailchute', 'prototype', 'haraka', 'aiosmtpd', 'postfix'] as const;

/** One of them. */
export type ServerName = typeof SERVERS[number];

/** What the command line asks for. */
export interface Options {
  readonly sections: readonly SectionName[];
  readonly servers: readonly ServerName[];
  /** Of a message's body, in bytes. */
  readonly sizes: readonly number[];
  readonly sessions: number;
  readonly rounds: number;
  /** About how long one run takes. */
  readonly seconds: number;
  /** Where the figures go as JSON; `-` is stdout, which then has nothing else. */
  readonly json: string | undefined;
  /** Whether docs/performance.md gets the tables and the charts. */
  readonly write: boolean;
  /** A file of figures that --json wrote, to evaluate again in the place of a new run. */
  readonly from: string | undefined;
}

/** What `--help` prints. */
export const USAGE = `npm run bench -- [options]

  --sections LIST   ${SECTIONS.join(',')} (all)
  --servers LIST    ${SERVERS.join(',')} (all)
  --sizes LIST      of the messages: 4KB,50KB,500KB
  --sessions N      at the same time: 20
  --rounds N        of each comparison, interleaved: 3
  --seconds N       that one run takes, about: 1
  --json FILE       all figures as JSON; - for stdout
  --from FILE       evaluates figures that --json wrote, without a run
  --write           puts tables and charts into docs/performance.md

It wants root, for Postfix and to install what is missing of Debian's packages. Without
options it takes less than 10 minutes.
`;

/** Throws with a sentence that says what is accepted. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sections: { type: 'string', default: SECTIONS.join(',') },
      servers: { type: 'string', default: SERVERS.join(',') },
      sizes: { type: 'string', default: '4KB,50KB,500KB' },
      sessions: { type: 'string', default: '20' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '1' },
      json: { type: 'string' },
      from: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  });
  return {
    sections: parseList('sections', { text: values.sections, known: SECTIONS }),
    servers: parseList('servers', { text: values.servers, known: SERVERS }),
    sizes: values.sizes.split(',').map(parseBytes),
    sessions: parseNumber('sessions', values.sessions),
    rounds: parseNumber('rounds', values.rounds),
    seconds: parseNumber('seconds', values.seconds),
    json: values.json,
    from: values.from,
    write: values.write,
  };
}

function parseList<Name extends string>(
  option: string,
  { text, known }: { readonly text: string; readonly known: readonly Name[] },
): Name[] {
  const wanted = text.split(',');
  const unknown = wanted.filter((word) => !known.some((name) => name === word));
  if (unknown.length > 0) throw new Error(`--${option}: no ${unknown.join(', ')}, expected some of ${known.join(',')}`);
  return known.filter((name) => wanted.includes(name));
}

function parseBytes(text: string): number {
  const [, digits, unit = ''] = /^(\d+)([KM]?)i?B?$/i.exec(text) ?? [];
  const factor = { '': 1, K: 1024, M: 1024 * 1024 }[unit.toUpperCase()] ?? 1;
  const bytes = Number(digits) * factor;
  if (!(bytes > 0)) throw new Error(`--sizes: '${text}', expected sizes as in 4KB,50KB,1MB`);
  return bytes;
}

function parseNumber(option: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`--${option}: '${text}', expected a number above 0`);
  return number;
}
