// The list of client addresses that are refused at connect, from the configuration or from a file that may change.

import { ChangingFile } from '../config/changing-file.ts';
import { toRangeIndex } from '../mail/ip-range-index.ts';
import { type IpRange, type IpRanges, parseIpRanges } from '../mail/ip-ranges.ts';
import { type Parsed, parsed, problem } from '../mail/parsed.ts';
import type { Log } from '../telemetry/log.ts';

/** What smtp-blocklist may say: the ranges themselves, or where they stand. */
export type BlocklistSource = { readonly ranges: IpRanges } | { readonly path: string };

/** Whether an address is on the list. */
export type Blocklist = (address: string) => boolean;

/** Opens the list; throws an Error that names file and line when a file cannot be used. */
export function openBlocklist(
  source: BlocklistSource,
  log: Pick<Log, 'emit'>,
  { now = Date.now }: { readonly now?: () => number } = {},
): Blocklist {
  if ('ranges' in source) return toRangeIndex(source.ranges);
  const { path } = source;
  const file = new ChangingFile({
    path,
    now,
    parse: (text) => {
      const ranges = parseBlocklist(text);
      return ranges.ok ? parsed(toRangeIndex(ranges.value)) : ranges;
    },
    onChange: (fault) => {
      if (fault === undefined) log.emit('smtp.blocklist.read', { path });
      else log.emit('smtp.blocklist.unusable', { path, reason: fault });
    },
  });
  return (address) => file.value(address);
}

/** Parses one range a line; empty lines, and whatever stands behind `#`, say nothing. */
export function parseBlocklist(text: string): Parsed<IpRanges> {
  const all: IpRange[] = [];
  for (const [index, line] of text.replace(/^\ufeff/, '').split(/\r?\n/).entries()) {
    const ranges = parseIpRanges(line.replace(/#.*/, ''));
    if (!ranges.ok) return problem(`line ${index + 1}: ${ranges.problem}`);
    for (const range of ranges.value) all.push(range);
  }
  return parsed(all);
}
