// The look at a gateway of several processes, from the first of them.

import type { Config } from '../config/keys.ts';
import type { Meter } from '../telemetry/meter.ts';
import { type Gathered, type OpenLook, openLook } from './open-look.ts';
import type { LookOptions } from './overview.ts';
import { WorkerReports } from './worker-reports.ts';

/** What the first process knows itself. */
export interface WorkersLookOptions {
  readonly count: number;
  readonly meter: Meter;
  readonly isDraining: () => boolean;
}

/** A look that every worker started has to be added to. */
export interface OpenWorkersLook extends OpenLook {
  readonly reports: WorkerReports;
}

/** Asks the workers at every look. */
export function openWorkersLook(config: Config, { count, meter, isDraining }: WorkersLookOptions): OpenWorkersLook {
  const reports = new WorkerReports({ count });
  const workers = { running: 0, silent: 0, down: count };
  for (const state of ['running', 'silent', 'down'] as const) {
    meter.gauge('mailchute_workers', { state }, () => workers[state]);
  }
  async function gather(what: LookOptions): Promise<Gathered> {
    const { health, families, ...counts } = await reports.look(what);
    Object.assign(workers, counts);
    if (!isDraining()) return { health, families };
    return { health: { ready: false, reasons: ['draining'] }, families };
  }
  return { ...openLook(config, { meter, gather }), reports };
}
