// What the gateway says about itself as a whole, to whoever asks at one of its doors.

import type { OutletHealth } from '../queue/outlet.ts';
import type { Family } from '../telemetry/metrics.ts';

/** The gateway at one moment. */
export interface Overview {
  readonly health: OutletHealth;
  /** The numbers as Prometheus reads them; left out where nobody asked for them. */
  readonly metrics?: string;
}

/** What is wanted. */
export interface LookOptions {
  readonly metrics: boolean;
}

/** Looks at the gateway. */
export type Look = (what: LookOptions) => Promise<Overview>;

/** What one process says about itself. */
export interface ProcessReport {
  readonly health: OutletHealth;
  readonly families: readonly Family[];
}

/** How one process says it. */
export interface ReportSelf {
  /** Without families unless metrics are asked for. */
  report(what: LookOptions): Promise<ProcessReport>;
  /** What it has counted; only grows. */
  totals(): readonly Family[];
}

/** Has everybody who asks at the same time share one look: anybody may ask, and each look costs every process something. */
export function shareLooks(look: Look): Look {
  const underway: { [kind: string]: Promise<Overview> | undefined } = {};
  return ({ metrics }) => {
    const kind = metrics ? 'metrics' : 'health';
    return underway[kind] ??= look({ metrics }).finally(() => underway[kind] = undefined);
  };
}
