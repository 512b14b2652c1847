// Medians, spread and percentiles of what the benchmark measured.

/** The middle of the values, or the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The value below which `percent` of the values lie, interpolated between the nearest two; NaN of none. */
export function percentile(values: readonly number[], percent: number): number {
  if (values.length === 0) return NaN;
  const sorted = Float64Array.from(values).sort();
  const at = (sorted.length - 1) * percent / 100;
  const [below = NaN, above = NaN] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return below + (above - below) * (at - Math.floor(at));
}

/** The noise: half the distance between the quartiles, in percent of the median. */
export function spreadPercent(values: readonly number[]): number {
  return (percentile(values, 75) - percentile(values, 25)) / 2 / median(values) * 100;
}

/** The median of the ratios of values that were measured in the same round. */
export function pairedRatio(above: readonly number[], below: readonly number[]): number {
  const rounds = Math.min(above.length, below.length);
  return median(Array.from({ length: rounds }, (_, round) => (above[round] ?? NaN) / (below[round] ?? NaN)));
}
