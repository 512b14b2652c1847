// The list of client addresses that are refused at connect, from the configuration or from a file that may change.

import { ChangingFile } from '../config/changing-file.ts';
import type { RangesOrPath } from '../config/endpoints.ts';
import { toRangeIndex } from '../mail/ip-range-index.ts';
import { parseRangeLines } from '../mail/ip-ranges.ts';
import { parsed } from '../mail/parsed.ts';
import type { Log } from '../telemetry/log.ts';

/** Whether an address is on the list. */
export type Blocklist = (address: string) => boolean;

/** Opens the list; throws an Error that names file and line when a file cannot be used. */
export function openBlocklist(
  source: RangesOrPath,
  log: Pick<Log, 'emit'>,
  { now = Date.now }: { readonly now?: () => number } = {},
): Blocklist {
  if ('ranges' in source) return toRangeIndex(source.ranges);
  const { path } = source;
  const file = new ChangingFile({
    path,
    now,
    parse(text) {
      const ranges = parseRangeLines(text);
      return ranges.ok ? parsed(toRangeIndex(ranges.value)) : ranges;
    },
    onChange(fault) {
      if (fault === undefined) log.emit('smtp.blocklist.read', { path });
      else log.emit('smtp.blocklist.unusable', { path, reason: fault });
    },
  });
  return (address) => file.value(address);
}
