// From configuration to the received log.

import type { Config } from '../config/keys.ts';
import type { Log } from '../telemetry/log.ts';
import { createReceivedLog, type ReceivedLog } from '../telemetry/received-log.ts';

/** Opens the log; undefined where received-log-file is not set. Throws an Error that names a file that cannot be opened. */
export function openReceivedLog(config: Config, log: Pick<Log, 'emit'>): ReceivedLog | undefined {
  const path = config['received-log-file'];
  if (path === undefined) return undefined;
  return createReceivedLog(path, { report: (event, fields) => log.emit(event, fields) });
}
