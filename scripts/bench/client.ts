// Lets the lean client send in the place of smtp-source, and looks for every id that a reply named in the queue.
import { join } from 'node:path';
import { drainQueue } from '../../tests/support/amqp-drain.ts';
import type { Contender, Load, Store } from './contender.ts';
import { measure, type Meter } from './measure.ts';
import { type Assistant, startAssistant } from './program.ts';
import type { ClientAnswer, ClientLoad, IdleCommand } from './programs/lean-client.ts';
import type { Sample } from './results.ts';
import { percentile } from './statistics.ts';

const PROGRAM = join(import.meta.dirname, 'programs', 'lean-client.ts');

/** The client in its own process. */
export type Client = Assistant<ClientLoad | IdleCommand, ClientAnswer>;

/** Starts it. */
export function startClient(): Promise<Client> {
  return startAssistant<ClientLoad | IdleCommand, ClientAnswer>(PROGRAM);
}

/** Middle and slow end of the waits. */
export function toWaits({ waitsMs }: { readonly waitsMs: Float64Array }): Sample {
  const values = [...waitsMs];
  return { p50Ms: percentile(values, 50), p99Ms: percentile(values, 99) };
}

/** What a run by the client is made with. */
export interface ClientRun {
  readonly client: Client;
  readonly meter: Meter;
  /** Of RabbitMQ, where the replies name ids that have to be found there, each once. */
  readonly findIdsAt?: string;
}

/** One run by the client: the plain figures, and the waits. */
export async function measureByClient(
  contender: Contender,
  load: Load & Pick<ClientLoad, 'shape' | 'ratePerSecond'>,
  { client, meter, findIdsAt }: ClientRun,
): Promise<Sample> {
  const { name, port, store } = contender;
  if (port === undefined) throw new Error(`${name} takes no SMTP`);
  let answer: ClientAnswer = { waitsMs: new Float64Array(), ids: [] };
  const send = async (load: Load) => void (answer = await client.ask({ ...load, port }));
  const clear = async () => {
    if (findIdsAt === undefined) return await store?.clear();
    const found = await drainQueue(findIdsAt, name);
    checkIds(answer.ids, found.map(({ id }) => id));
  };
  const looked: Store | undefined = store && { count: () => store.count(), clear };
  const figures = await measure({ ...contender, store: looked, send }, load, meter);
  return { ...toWaits(answer), ...figures };
}

/** Throws unless the queue held exactly what was promised; exported for its test. */
export function checkIds(promised: readonly string[], found: readonly string[]): void {
  const there = new Set(found);
  const lost = promised.filter((id) => !there.has(id)).length;
  if (lost > 0) throw new Error(`${lost} of ${promised.length} ids in replies are not in the queue`);
  if (there.size !== found.length) throw new Error(`${found.length - there.size} ids are in the queue twice`);
  if (found.length !== promised.length) throw new Error(`${found.length} in the queue, ${promised.length} promised`);
}
