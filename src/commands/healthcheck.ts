// `mailchute healthcheck`: asks the running gateway whether it is ready, as a container's health check.

import { toFaultLine } from '../config/fault.ts';
import { loadConfig } from '../config/load.ts';
import { askReadiness } from '../http/ask-readiness.ts';
import type { CommandIo } from './command-io.ts';
import { toHealthcheckTarget } from './healthcheck-target.ts';

const NOT_READY = 1;
const BAD_CONFIGURATION = 2;
const DEADLINE_MS = 4000;
const NO_DOOR = 'mailchute healthcheck: nothing to ask: metrics-port, http-port and http-secure-port are all none\n';

/** Exit code 0 when it is ready, 1 with the reason on stderr when it is not or cannot be asked, 2 for configuration. */
export async function healthcheck(
  argv: readonly string[],
  io: CommandIo,
  { deadlineMs = DEADLINE_MS }: { readonly deadlineMs?: number } = {},
): Promise<number> {
  const { config, faults } = loadConfig({ argv, env: io.env });
  for (const fault of faults) io.stderr(`${toFaultLine(fault)}\n`);
  if (faults.length > 0) return BAD_CONFIGURATION;
  const target = toHealthcheckTarget(config);
  if (target === undefined) {
    io.stderr(NO_DOOR);
    return BAD_CONFIGURATION;
  }
  const { ready, reasons } = await askReadiness(target, { deadlineMs });
  if (ready) return 0;
  io.stderr(`mailchute healthcheck: ${reasons.join('; ') || 'not ready'}\n`);
  return NOT_READY;
}
