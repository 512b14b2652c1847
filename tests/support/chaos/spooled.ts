// What chaos scenarios with `spool: on` have in common.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Play } from './core.ts';

/** docs/spool.md: so many may come twice for one fault, because they were on their way or being drained. */
export const ON_ITS_WAY = 500;

const LOOK_AGAIN_MS = 50;
const DRAIN_MS = 90_000;

/** Milliseconds until RabbitMQ has everything that was spooled. */
export async function drained({ gateway }: Play): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${gateway.ports.http}/readyz`);
    const text = await response.text();
    if (response.ok && !/in the spool|no connection|blocks/.test(text)) return performance.now() - startedAt;
    if (performance.now() - startedAt > DRAIN_MS) throw new Error(`the spool does not run empty: ${text}`);
    await sleep(LOOK_AGAIN_MS);
  }
}
