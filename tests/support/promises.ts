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

/** Fails when a session's ids, promised one after the other, do not come in that order; repeats of an id do not count. */
export function assertInOrder(idsBySession: readonly (readonly string[])[], stored: readonly string[]): void {
  const places = new Map<string, number>();
  stored.forEach((id, place) => {
    if (!places.has(id)) places.set(id, place);
  });
  for (const ids of idsBySession) {
    const disorder = ids.find((id, index) => (places.get(id) ?? -1) < (places.get(ids[index - 1] ?? '') ?? -1));
    assert.equal(disorder, undefined, 'an id that was promised later and came earlier');
  }
}
