// `mailchute worker`, which only `serve` calls: one of the processes that share the ports of a gateway.

import process from 'node:process';
import { createSharedLoginThrottle } from '../auth/shared-login-throttle.ts';
import { SharedConnectionCounts } from '../net/shared-connection-counts.ts';
import { SharedPlaces } from '../net/shared-places.ts';
import { SharedRoom } from '../net/shared-room.ts';
import { createCountedLog } from '../telemetry/counted-log.ts';
import { Meter } from '../telemetry/meter.ts';
import type { CommandIo } from './command-io.ts';
import { replayReads } from './config-snapshot.ts';
import { loadGatewayConfig } from './gateway-config.ts';
import { toContentBytes } from './memory-shares.ts';
import { PrimaryLink } from './primary-link.ts';
import { openLog, runGateway } from './serve.ts';

const FAILED = 1;

/** Runs one worker until the first process tells it to stop, or is gone. */
export async function worker(argv: readonly string[], io: CommandIo): Promise<number> {
  const link = new PrimaryLink();
  try {
    const { worker, workers, files } = await link.welcome;
    // The first process has reported faults and warnings.
    const loaded = loadGatewayConfig({ argv, env: io.env, readFile: replayReads(files) });
    const meter = new Meter();
    const log = createCountedLog(openLog(loaded.config, { worker }), meter);
    await runGateway(loaded, {
      log,
      meter,
      stopped: link.stopped,
      onReady(lines, self) {
        link.reportTo(self);
        link.ready(lines);
      },
      part: {
        worker,
        workers,
        listen: link.listen,
        places: new SharedPlaces(link.take),
        httpPlaces: new SharedPlaces(link.take, { what: 'http-place' }),
        counts: new SharedConnectionCounts(link.take),
        throttle: createSharedLoginThrottle(link.take),
        look: link.look,
        room: new SharedRoom(link.take, { bytes: toContentBytes(loaded.config), processes: workers }),
      },
    });
    log.close();
    return 0;
  } catch (error) {
    link.failed(error instanceof Error ? error.message : String(error));
    return FAILED;
  } finally {
    if (process.connected) process.disconnect();
  }
}
