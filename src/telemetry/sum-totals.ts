// What processes that are gone had counted: their totals are kept, so that no total ever goes down.

import type { Family, Sample } from './metrics.ts';

/** Adds the counters and histograms of a process to those of others; what can go down is left out. */
export function sumTotals(sums: readonly Family[], families: readonly Family[]): Family[] {
  const known = new Map(sums.map((family) => [family.name, family]));
  for (const family of families) {
    if (family.type === 'gauge') continue;
    const values = sumSamples([...(known.get(family.name)?.values ?? []), ...family.values]);
    known.set(family.name, { ...family, values });
  }
  return [...known.values()];
}

function sumSamples(samples: readonly Sample[]): Sample[] {
  const sums = new Map<string, Sample>();
  for (const sample of samples) {
    const key = JSON.stringify([sample.metricName, Object.entries(sample.labels).toSorted()]);
    sums.set(key, { ...sample, value: sample.value + (sums.get(key)?.value ?? 0) });
  }
  return [...sums.values()];
}
