// What a chaos scenario is, and the one verdict on what it measured: what every row of the table and every failure comes from.
import { tally } from '../promises.ts';
import type { Rabbitmq } from '../rabbitmq.ts';
import type { Random } from '../random.ts';
import type { LoadReport } from './load.ts';

/** What scenarios share. */
export interface Stage {
  /** A broker that may be hurt, as long as it runs again afterwards. */
  readonly broker: Rabbitmq;
  /** How often a scenario does what it does. */
  readonly rounds: number;
  /** For the test command: what takes long is left out. */
  readonly isShort: boolean;
  /** Every random choice of the scenario, from the seed that is printed. */
  readonly random: Random;
}

/** One fault under load. */
export interface Scenario {
  readonly name: string;
  /** What happens, for the table. */
  readonly title: string;
  /** Not in the test command. */
  readonly isLong?: boolean;
  /** Why it cannot run on this machine; undefined when it can. */
  readonly missing?: () => string | undefined;
  readonly run: (stage: Stage) => Promise<Observation>;
}

/** What a scenario saw, from both ends. */
export interface Observation {
  readonly report: LoadReport;
  /** Ids in the order in which they came out of the queue. */
  readonly stored: readonly string[];
  /** The longest time from the end of a fault to the next promise, or to the last record out of the spool. */
  readonly recoveredMs: number;
  /** What the fault has to do to the clients, or it had no effect. */
  readonly effect: 'refuses' | 'cuts' | 'nothing';
  /** Where a record may be there twice for another reason than a repeated request, and how many may be. */
  readonly allowed?: { readonly duplicates: number; readonly why: string };
}

/** The same in numbers. */
export interface Row {
  readonly name: string;
  readonly title: string;
  readonly accepted: number;
  readonly stored: number;
  readonly lost: number;
  readonly duplicates: number;
  /** Why there are duplicates; empty when there are none. */
  readonly why: string;
  readonly refused: number;
  readonly cut: number;
  readonly recoveredMs: number;
  /** What must not be; empty when all is well. */
  readonly faults: readonly string[];
}

/** Judges one observation. */
export function judge({ name, title }: Pick<Scenario, 'name' | 'title'>, seen: Observation): Row {
  const { report, stored, recoveredMs, effect, allowed } = seen;
  const { lost, duplicates } = tally(report.ids, stored);
  const failed = [...report.refusals.values()].reduce((sum, count) => sum + count, 0);
  const strange = [...report.refusals.keys()].filter((text) => !/^(?:4\d\d \d|503 |409 )/.test(text));
  const unexplained = duplicates.filter((id) => !report.repeated.has(id));
  const isOdd = unexplained.length > (allowed?.duplicates ?? 0);
  const faults = [
    ...(lost.length > 0 ? [`${lost.length} lost: ${lost.slice(0, 3).join(', ')}`] : []),
    ...(isOdd ? [`${unexplained.length} duplicates without a reason: ${unexplained.slice(0, 3).join(', ')}`] : []),
    ...(new Set(report.ids).size < report.ids.length ? ['one id was promised for two messages'] : []),
    ...(report.ids.length === 0 ? ['nothing was accepted'] : []),
    ...(effect === 'refuses' && failed === 0 ? ['nothing was refused: the fault had no effect'] : []),
    ...(effect === 'cuts' && report.cut === 0 ? ['nothing was cut: the fault had no effect'] : []),
    ...(effect === 'nothing' && failed + report.cut > 0
      ? [`${failed} refused and ${report.cut} cut: ${[...report.refusals.keys()].join(', ')}`]
      : []),
    ...(strange.length > 0 ? [`answered ${strange.join(', ')}`] : []),
  ];
  return {
    name,
    title,
    accepted: report.ids.length,
    stored: new Set(stored).size,
    lost: lost.length,
    duplicates: duplicates.length,
    why: duplicates.length === 0 ? '' : unexplained.length > 0 ? allowed?.why ?? 'unexplained' : 'requests repeated',
    refused: failed + report.turnedAway,
    cut: report.cut,
    recoveredMs,
    faults,
  };
}
