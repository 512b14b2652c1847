// What one process says about itself: its own health and numbers, and, where it is the only one, the gateway's.

import type { Config } from '../config/keys.ts';
import type { OutletHealth } from '../queue/outlet.ts';
import type { Family } from '../telemetry/metrics.ts';
import type { Meter } from '../telemetry/meter.ts';
import { BUILD } from './build.ts';
import { type Look, type ProcessReport, type ReportSelf, shareLooks } from './overview.ts';
import { openQueueSizes } from './queue-sizes.ts';
import { toRuntimeName } from './runtime-name.ts';

/** What there is to say. */
export interface Self {
  readonly meter: Meter;
  readonly health: () => OutletHealth;
}

/** Reports on one process. */
export function createSelfReport({ meter, health }: Self): ReportSelf {
  return {
    totals: () => meter.totals(),
    async report({ metrics }): Promise<ProcessReport> {
      return { health: health(), families: metrics ? await readFamilies(meter) : [] };
    },
  };
}

/** Has the runtime measure itself; resolves when it does. */
export async function measureProcess(): Promise<void> {
  // Loaded once the doors are open: the start is a good deal faster so.
  const { startProcessMetrics } = await import('../telemetry/exposition.ts');
  startProcessMetrics();
}

/** The meter's numbers, and those of the runtime. */
async function readFamilies(meter: Meter): Promise<Family[]> {
  const { readProcessFamilies } = await import('../telemetry/exposition.ts');
  return [...meter.families(), ...await readProcessFamilies()];
}

/** A look at the gateway that this process is alone, with a way to let go of what it needs. */
export interface OpenLook {
  readonly look: Look;
  close(): Promise<void>;
}

/** Looks at a gateway of one process. */
export function openSoleLook(config: Config, { meter, health }: Self): OpenLook {
  return openLook(config, { meter, gather: () => Promise.resolve({ health: health(), families: [] }) });
}

/** What the first process is told by the others. */
export interface Gathered {
  readonly health: OutletHealth;
  readonly families: readonly (readonly Family[])[];
}

/** Looks at a gateway: at this process, and at others that `gather` knows. */
export function openLook(
  config: Config,
  { meter, gather }: {
    readonly meter: Meter;
    readonly gather: (what: { readonly metrics: boolean }) => Promise<Gathered>;
  },
): OpenLook {
  const sizes = openQueueSizes(config, meter);
  const queues = { primary: config['rabbitmq-primary'], default: config['rabbitmq-inbox'] };
  let isReady = false;
  meter.gauge(
    'mailchute_build_info',
    { version: BUILD.version, commit: BUILD.commit, runtime: toRuntimeName() },
    () => 1,
  );
  meter.gauge('mailchute_ready', {}, () => isReady ? 1 : 0);
  return {
    look: shareLooks(async ({ metrics }) => {
      const { health, families } = await gather({ metrics });
      isReady = health.ready;
      if (!metrics) return { health };
      await sizes?.refresh();
      const { toExposition } = await import('../telemetry/exposition.ts');
      return { health, metrics: await toExposition([await readFamilies(meter), ...families], queues) };
    }),
    close: async () => await sizes?.close(),
  };
}
