// The gateway's overview as the HTTP doors ask for it.

import type { OutletHealth } from '../queue/outlet.ts';
import type { Look } from './overview.ts';

/** What the doors ask. */
export interface HttpLook {
  readonly health: () => Promise<OutletHealth>;
  readonly metrics: () => Promise<string>;
}

/** A look that fails is no readiness, but metrics that cannot be had are a fault. */
export function toHttpLook(look: Look): HttpLook {
  return {
    async health() {
      try {
        return (await look({ metrics: false })).health;
      } catch (error) {
        return { ready: false, reasons: [error instanceof Error ? error.message : String(error)] };
      }
    },
    metrics: async () => (await look({ metrics: true })).metrics ?? '',
  };
}
