// How long one message waits from its final dot to its 250: alone, and at a rate far below what the server can take.
import { type Client, measureByClient, toWaits } from '../client.ts';
import type { Contender, Load, Surroundings } from '../contender.ts';
import { startGateway } from '../contenders/gateway.ts';
import { withContenders } from '../contenders/group.ts';
import { startPrototype } from '../contenders/prototype.ts';
import { type RawContender, startRaw } from '../contenders/raw.ts';
import { measure } from '../measure.ts';
import { type Bench, compare } from '../rounds.ts';
import type { Sample } from '../results.ts';

/** The section of waits. */
export const LATENCY = 'latency';
/** One session that sends one message after the other. */
export const ALONE = '1 session';
/** A given rate over 20 sessions. */
export const OFFERED = '300/s over 20 sessions';

const SMALL = 4096;
const RATE = 300;

/** The gateway, the prototype, and the bare publish that no server can be faster than. */
export async function runLatency(
  bench: Bench,
  { surroundings, client }: { readonly surroundings: Surroundings; readonly client: Client },
): Promise<void> {
  const starters = [startRaw, startGateway, startPrototype].map((start) => () => start(surroundings));
  await withContenders<Contender>(starters, async (contenders) => {
    const { meter } = bench;
    const run = (contender: Contender, load: Load): Promise<Sample> => {
      if (isRaw(contender)) return measureRaw(bench, { contender, load });
      const isOurs = contender.name === 'mailchute';
      return measureByClient(contender, load, {
        client,
        meter,
        ...(isOurs ? { findIdsAt: surroundings.amqpUrl } : {}),
      });
    };
    const alone = { bytes: SMALL, sessions: 1 };
    await compare(bench, { section: LATENCY, load: ALONE, contenders, mail: alone, trial: 1000, run });
    const servers = contenders.filter((contender) => !isRaw(contender));
    // A trial at this rate finds that rate; the waits' slow end wants more than a second of it.
    const messages = RATE * 3 * bench.options.seconds;
    const offered = (contender: Contender, load: Load) =>
      measureByClient(contender, { ...load, messages, ratePerSecond: RATE }, { client, meter });
    const mail = { bytes: SMALL, sessions: 20 };
    await compare(bench, { section: LATENCY, load: OFFERED, contenders: servers, mail, run: offered });
  });
}

function isRaw(contender: Contender): contender is RawContender {
  return 'publish' in contender;
}

async function measureRaw(
  { meter }: Bench,
  { contender, load }: { readonly contender: RawContender; readonly load: Load },
): Promise<Sample> {
  let waits: Sample = {};
  const send = async ({ bytes, messages, sessions }: Load) => {
    waits = toWaits(await contender.publish({ bytes, messages, window: sessions }));
  };
  const figures = await measure({ ...contender, send }, load, meter);
  return { ...waits, ...figures };
}
