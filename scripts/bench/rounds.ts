// Runs one load on several contenders in turn, round after round, so that all of them meet the same machine.
import type { Contender, Load } from './contender.ts';
import { measure, type Meter } from './measure.ts';
import type { Options } from './options.ts';
import type { Results, Sample } from './results.ts';

/** What a section works with. */
export interface Bench {
  readonly options: Options;
  readonly results: Results;
  readonly meter: Meter;
  say(text: string): void;
}

/** A comparison: every contender takes the same messages. */
export interface Comparison {
  readonly section: string;
  /** The name of the row. */
  readonly load: string;
  readonly contenders: readonly Contender[];
  /** Without a number of messages, which is found by trying. */
  readonly mail: Omit<Load, 'messages'>;
  /** Of the trial run, which also warms the server up. */
  readonly trial?: number;
  /** Fewest messages of a run. */
  readonly least?: number;
  /** What to take of one run, in the place of its plain figures. */
  readonly run?: (contender: Contender, load: Load) => Promise<Sample>;
}

// Large messages need few of them to tell the rate, small ones many to warm a compiler up.
const TRIAL_BYTES = 8_000_000;
const [LEAST_TRIAL, MOST_TRIAL] = [20, 1500];
const LEAST_MESSAGES = 20;

/** A contender that fails is out of the comparison, and named among what is missing. */
export async function compare(bench: Bench, comparison: Comparison): Promise<void> {
  const { section, load, contenders, mail } = comparison;
  const run = comparison.run ?? ((contender: Contender, load: Load) => measure(contender, load, bench.meter));
  const trial = comparison.trial ??
    Math.min(MOST_TRIAL, Math.max(LEAST_TRIAL, mail.sessions * 2, Math.round(TRIAL_BYTES / mail.bytes)));
  const messages = new Map<Contender, number>();
  for (const contender of contenders) {
    await attempt(bench, { section, load, contender }, async () => {
      const { rate = NaN } = await run(contender, { ...mail, messages: trial });
      messages.set(
        contender,
        Math.max(comparison.least ?? LEAST_MESSAGES, mail.sessions, Math.round(rate * bench.options.seconds)),
      );
    });
  }
  for (let round = 0; round < bench.options.rounds; round++) {
    // Nobody is always the first, or always behind the same one.
    const order = [...messages.keys()];
    order.push(...order.splice(0, round % order.length));
    for (const contender of order) {
      const isDone = await attempt(bench, { section, load, contender }, async () => {
        const sample = await run(contender, { ...mail, messages: messages.get(contender) ?? trial });
        bench.results.add({ section, load, contender: contender.name }, sample);
      });
      if (!isDone) messages.delete(contender);
    }
  }
  for (const { name } of contenders) sayRow(bench, { section, load, contender: name });
}

async function attempt(
  bench: Bench,
  { section, load, contender }: { readonly section: string; readonly load: string; readonly contender: Contender },
  work: () => Promise<void>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    reportMissing(bench, `${section}, ${load}, ${contender.name}`, { error });
    return false;
  }
}

/** Says at once, and keeps for the end, what could not be measured. */
export function reportMissing(
  bench: Pick<Bench, 'results' | 'say'>,
  what: string,
  { error }: { readonly error: unknown },
): void {
  const causes: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) causes.push(at.message);
  const text = `${what}: ${causes.join(': ') || error}`;
  bench.results.missing.push(text);
  bench.say(`*** NOT MEASURED *** ${text}`);
}

/** One line for the one who waits. */
export function sayRow({ results, say }: Bench, cell: Parameters<Results['find']>[0]): void {
  const row = results.find(cell);
  if (row === undefined) return;
  const metrics = Object.keys(row.samples[0] ?? {});
  const figures = metrics.map((metric) => `${metric} ${results.median(cell, metric).toPrecision(4)}`);
  const noise = results.spread(cell, metrics[0] ?? '').toFixed(0);
  say(`   ${cell.section}, ${cell.load}, ${cell.contender}: ${figures.join(', ')} (${noise} %)`);
}
