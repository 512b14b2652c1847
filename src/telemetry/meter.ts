// Where the gateway counts: numbers that are bound to their labels once, so that counting is an addition and no look-up.

import {
  type Family,
  type LabelsOf,
  type MetricName,
  type MetricNameOf,
  type MetricRow,
  METRICS,
  type Sample,
} from './metrics.ts';

/** A number that only grows. */
export interface Counter {
  add(amount: number): void;
}

/** Durations. */
export interface Histogram {
  observe(seconds: number): void;
}

/** Asked at every look. */
type ReadGauge = () => number;

class CountingCell implements Counter {
  #value = 0;

  add(amount: number): void {
    this.#value += amount;
  }

  samples(labels: Sample['labels']): Sample[] {
    return [{ labels, value: this.#value }];
  }
}

class BucketCell implements Histogram {
  readonly #name: string;
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  constructor(name: string, bounds: readonly number[]) {
    this.#name = name;
    this.#bounds = bounds;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(seconds: number): void {
    let bucket = 0;
    while (bucket < this.#bounds.length && seconds > (this.#bounds[bucket] ?? 0)) bucket++;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += seconds;
  }

  samples(labels: Sample['labels']): Sample[] {
    let count = 0;
    const buckets = this.#counts.map((own, index): Sample => {
      count += own;
      return {
        metricName: `${this.#name}_bucket`,
        labels: { le: this.#bounds[index] ?? '+Inf', ...labels },
        value: count,
      };
    });
    return [
      ...buckets,
      { metricName: `${this.#name}_sum`, labels, value: this.#sum },
      { metricName: `${this.#name}_count`, labels, value: count },
    ];
  }
}

/** One process's numbers. */
export class Meter {
  readonly #cells = new Map<MetricName, Map<string, { labels: Sample['labels']; cell: CountingCell | BucketCell }>>();
  readonly #gauges = new Map<MetricName, { labels: Sample['labels']; read: ReadGauge }[]>();

  /** The counter with these labels, which stands at 0 from the first time on. */
  counter<Name extends MetricNameOf<'counter'>>(name: Name, labels: LabelsOf<Name>): Counter {
    return this.#cell(name, labels, () => new CountingCell());
  }

  /** The histogram with these labels. */
  histogram<Name extends MetricNameOf<'histogram'>>(name: Name, labels: LabelsOf<Name>): Histogram {
    return this.#cell(name, labels, () => new BucketCell(name, METRICS[name].buckets));
  }

  /** Has the number asked for whenever somebody looks. */
  gauge<Name extends MetricNameOf<'gauge'>>(name: Name, labels: LabelsOf<Name>, read: ReadGauge): void {
    const gauges = this.#gauges.get(name) ?? [];
    this.#gauges.set(name, [...gauges, { labels, read }]);
  }

  /** What only grows: counters and histograms. */
  totals(): Family[] {
    return [...this.#cells].map(([name, cells]) =>
      toFamily(name, [...cells.values()].flatMap(({ cell, labels }) => cell.samples(labels)))
    );
  }

  /** Everything, in the order of the table. */
  families(): Family[] {
    const gauges = [...this.#gauges].map(([name, reads]) =>
      // What cannot be known now is not there; NaN would stay in every sum over processes.
      toFamily(
        name,
        reads.map(({ labels, read }) => ({ labels, value: read() })).filter(({ value }) => !Number.isNaN(value)),
      )
    );
    const order = Object.keys(METRICS);
    return [...this.totals(), ...gauges].toSorted((one, other) => order.indexOf(one.name) - order.indexOf(other.name));
  }

  #cell<Cell extends CountingCell | BucketCell>(name: MetricName, labels: Sample['labels'], create: () => Cell): Cell {
    const cells = this.#cells.get(name) ?? new Map();
    this.#cells.set(name, cells);
    const key = JSON.stringify(Object.values(labels));
    const known = cells.get(key);
    if (known !== undefined) return known.cell;
    const cell = create();
    cells.set(key, { labels, cell });
    return cell;
  }
}

function toFamily(name: MetricName, values: readonly Sample[]): Family {
  const { type, help, together }: MetricRow = METRICS[name];
  return { name, help, type, aggregator: together ?? 'sum', values };
}
