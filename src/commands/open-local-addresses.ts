// From configuration to the list of local addresses, which is read again when its file changes.

import { ChangingFile } from '../config/changing-file.ts';
import { type LocalAddresses, parseLocalAddresses } from '../pipeline/local-addresses.ts';
import type { Log } from '../telemetry/log.ts';

/** Opens the list; undefined without a file. Throws an Error that names file and line when the file cannot be used. */
export function openLocalAddresses(
  path: string | undefined,
  log: Pick<Log, 'emit'>,
  { now = Date.now }: { readonly now?: () => number } = {},
): (() => LocalAddresses) | undefined {
  if (path === undefined) return undefined;
  const file = new ChangingFile({
    path,
    now,
    parse: parseLocalAddresses,
    onChange(reason) {
      if (reason === undefined) log.emit('local-addresses.loaded', { path });
      else log.emit('local-addresses.unusable', { path, reason });
    },
  });
  log.emit('local-addresses.loaded', { path });
  return () => file.value;
}
