// One worker process beside two, in every row of the main comparison.
import type { Surroundings } from '../contender.ts';
import { startGateway } from '../contenders/gateway.ts';
import { withContenders } from '../contenders/group.ts';
import { type Bench, compare } from '../rounds.ts';
import { formatBytes } from '../table.ts';

/** The section of workers. */
export const THREADS = 'threads';
/** The gateways' names in it. */
export const [ONE, TWO] = ['smtp-threads 1', 'smtp-threads 2'] as const;

/** Every size over persistent sessions, and a connection for each message. */
export async function runThreads(
  bench: Bench,
  { surroundings }: { readonly surroundings: Surroundings },
): Promise<void> {
  const { sizes, sessions } = bench.options;
  const starters = [[ONE, 1], [TWO, 2]] as const;
  const start = ([name, threads]: typeof starters[number]) => () =>
    startGateway(surroundings, { name, config: { 'smtp-threads': threads } });
  await withContenders(starters.map(start), async (contenders) => {
    for (const bytes of sizes) {
      await compare(bench, { section: THREADS, load: formatBytes(bytes), contenders, mail: { bytes, sessions } });
    }
    const mail = { bytes: 4096, sessions, reconnect: true };
    await compare(bench, { section: THREADS, load: '4 KiB, a connection each', contenders, mail });
  });
}
