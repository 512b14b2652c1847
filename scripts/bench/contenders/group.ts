// Starts some contenders for one section and ends them with it, so that they are in nobody's way.
import type { Contender } from '../contender.ts';

/** Starts them one after the other, runs `use`, and ends those that were started, whatever happens. */
export async function withContenders<Started extends Contender>(
  starters: readonly (() => Promise<Started>)[],
  use: (contenders: readonly Started[]) => Promise<void>,
): Promise<void> {
  const started: Started[] = [];
  try {
    for (const start of starters) started.push(await start());
    await use(started);
  } finally {
    for (const contender of started) await contender.stop();
  }
}
