// Compares what clients were promised with what a queue holds.
import assert from 'node:assert/strict';

/** The comparison in numbers. */
export interface Tally {
  readonly promised: number;
  readonly stored: number;
  /** Promised but not stored: must be none. */
  readonly lost: string[];
  /** Stored more than once under one id: must be none. */
  readonly duplicates: string[];
}

/** Counts lost and duplicate ids. */
export function tally(promised: readonly string[], stored: readonly string[]): Tally {
  const seen = new Set<string>();
  const duplicates: string[] = [];
  for (const id of stored) {
    if (seen.has(id)) duplicates.push(id);
    seen.add(id);
  }
  const lost = promised.filter((id) => !seen.has(id));
  return { promised: promised.length, stored: stored.length, lost, duplicates };
}

/** The line that a test prints. */
export function toTallyLine({ promised, stored, lost, duplicates }: Tally): string {
  return `promised ${promised}, stored ${stored}, lost ${lost.length}, duplicate ids ${duplicates.length}`;
}

/** Fails when anything promised is missing or anything is there twice. */
export function assertKept(result: Tally): void {
  assert.deepEqual(result.lost, [], 'ids that were promised and are not in the queue');
  assert.deepEqual(result.duplicates, [], 'ids that are in the queue more than once');
}
