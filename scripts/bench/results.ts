// Keeps what was measured, round by round, and answers with medians and with ratios within a round.
import { median, pairedRatio, spreadPercent } from './statistics.ts';

/** The figures of one run, by metric: `rate`, `cpuUs`, `p50Ms` … */
export type Sample = Readonly<{ [metric: string]: number }>;

/** Where a figure belongs. */
export interface Cell {
  readonly section: string;
  /** The row, for example `4 KiB`. */
  readonly load: string;
  readonly contender: string;
}

/** A cell with the sample of each round. */
export interface Row extends Cell {
  readonly samples: Sample[];
}

/** All figures of one run of the benchmark. */
export class Results {
  readonly rows: Row[] = [];
  /** What could not be measured, and why: never left out in silence. */
  readonly missing: string[] = [];

  /** Those of an earlier run, as it wrote them. */
  static from({ rows, missing }: Pick<Results, 'rows' | 'missing'>): Results {
    const results = new Results();
    results.rows.push(...rows);
    results.missing.push(...missing);
    return results;
  }

  add({ section, load, contender }: Cell, sample: Sample): void {
    const row = this.find({ section, load, contender });
    if (row === undefined) this.rows.push({ section, load, contender, samples: [sample] });
    else row.samples.push(sample);
  }

  find(cell: Cell): Row | undefined {
    return this.rows.find((row) =>
      row.section === cell.section && row.load === cell.load && row.contender === cell.contender
    );
  }

  /** The values of all rounds; empty where nothing was measured. */
  values(cell: Cell, metric: string): number[] {
    return (this.find(cell)?.samples ?? []).flatMap((sample) => sample[metric] ?? []);
  }

  /** The median over the rounds; NaN where nothing was measured. */
  median(cell: Cell, metric: string): number {
    return median(this.values(cell, metric));
  }

  spread(cell: Cell, metric: string): number {
    return spreadPercent(this.values(cell, metric));
  }

  /** The median of the rounds' ratios; NaN where either was not measured. */
  ratio(above: Cell, below: Cell, { metric }: { readonly metric: string }): number {
    return pairedRatio(this.values(above, metric), this.values(below, metric));
  }

  /** Loads and contenders of a section, in the order in which they were first measured. */
  outline(section: string): { readonly loads: readonly string[]; readonly contenders: readonly string[] } {
    const rows = this.rows.filter((row) => row.section === section);
    return {
      loads: [...new Set(rows.map(({ load }) => load))],
      contenders: [...new Set(rows.map(({ contender }) => contender))],
    };
  }
}
