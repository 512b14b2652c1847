// The gateway without RabbitMQ beside Postfix: both put a message on the disk, synchronised, before they say 250.
import type { Contender, Surroundings } from '../contender.ts';
import { openEmbeddedStore } from '../contenders/embedded-store.ts';
import { startGateway } from '../contenders/gateway.ts';
import { withContenders } from '../contenders/group.ts';
import { startPostfix } from '../contenders/postfix.ts';
import { type Bench, compare } from '../rounds.ts';
import { formatBytes } from '../table.ts';

/** The section of queues on the own disk. */
export const EMBEDDED = 'embedded';
/** The gateway's name in it. */
export const OWN_QUEUE = 'mailchute, embedded queue';

/** Sizes up to 50 KiB: the file of the larger ones would fill disks. */
export async function runEmbedded(
  bench: Bench,
  { surroundings }: { readonly surroundings: Surroundings },
): Promise<void> {
  const { sizes, sessions } = bench.options;
  const starters = [
    () => startGateway(surroundings, { name: OWN_QUEUE, store: openEmbeddedStore }),
    () => startPostfix(surroundings),
  ];
  await withContenders<Contender>(starters, async (contenders) => {
    for (const bytes of sizes.filter((bytes) => bytes <= 51_200)) {
      await compare(bench, { section: EMBEDDED, load: formatBytes(bytes), contenders, mail: { bytes, sessions } });
    }
  });
}
