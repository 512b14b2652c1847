// Reads how many tests passed, failed and were left out from what the runners of Node and Deno print.

export interface Counts {
  passed: number;
  failed: number;
  /** Skipped, ignored or marked as to do: a test that did not tell anything. */
  leftOut: number;
}

export const noTests: Counts = { passed: 0, failed: 0, leftOut: 0 };

/** Adds what one line of output says; a line that says nothing leaves the counts as they are. */
export function addLine(counts: Counts, line: string): Counts {
  const node = /^ℹ (pass|fail|cancelled|skipped|todo) (\d+)$/.exec(line);
  if (node) return addNodeCount(counts, { name: node[1] ?? '', count: Number(node[2]) });
  const deno = /^(?:ok|FAILED) \| (\d+) passed[^|]*\| (\d+) failed[^|]*?(?:\| (\d+) ignored.*)?$/.exec(line);
  if (!deno) return counts;
  return addCounts(counts, { passed: Number(deno[1]), failed: Number(deno[2]), leftOut: Number(deno[3] ?? 0) });
}

export function addCounts(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, leftOut: a.leftOut + b.leftOut };
}

/** A passed test, or the figures that the step's own last line repeats: not worth a line in a long log. */
export function isRoutine(line: string): boolean {
  return /^\s*✔ |^ℹ |^running \d+ tests? from |\.\.\. ok \([^)]*\)$|^(ok|FAILED) \| \d+ passed|^\s*$/.test(line);
}

function addNodeCount(counts: Counts, { name, count }: { name: string; count: number }): Counts {
  if (name === 'pass') return { ...counts, passed: counts.passed + count };
  if (name === 'fail' || name === 'cancelled') return { ...counts, failed: counts.failed + count };
  return { ...counts, leftOut: counts.leftOut + count };
}
