// Counts what the size budgets are about and prints it in a few lines.
import type { FunctionFact, Source } from './source.ts';

export const maxFileMedian = 120;
export const maxFunctionMedian = 12;
/** Wanted is 1.0; below this the check fails. */
export const minTestRatio = 0.8;

export interface Figures {
  src: {
    files: number;
    lines: number;
    fileMedian: number;
    longestFile: string;
    functions: number;
    functionMedian: number;
    longestFunction: string;
  };
  tests: { files: number; lines: number };
  testRatio: number;
}

export function measure(sources: readonly Source[]): Figures {
  const src = sources.filter((source) => source.path.startsWith('src/'));
  const tests = sources.filter((source) => source.path.startsWith('tests/'));
  // Only functions with a name or a signature of their own: callbacks would pull the median down.
  const functions = src.flatMap((source) => source.functions.filter((fact) => fact.ownSignature));
  const longestFile = longest(src, (source) => source.lines);
  const longestFunction = longest(functions, (fact: FunctionFact) => fact.lines);
  return {
    src: {
      files: src.length,
      lines: sum(src),
      fileMedian: median(src.map((source) => source.lines)),
      longestFile: longestFile ? `${longestFile.lines} (${longestFile.path})` : '0',
      functions: functions.length,
      functionMedian: median(functions.map((fact) => fact.lines)),
      longestFunction: longestFunction ? `${longestFunction.lines} (${longestFunction.name})` : '0',
    },
    tests: { files: tests.length, lines: sum(tests) },
    testRatio: sum(src) === 0 ? 0 : sum(tests) / sum(src),
  };
}

export function formatFigures({ src, tests, testRatio }: Figures): string {
  return [
    `src        ${src.files} files, ${src.lines} lines`,
    `files      median ${src.fileMedian} lines (<= ${maxFileMedian}), longest ${src.longestFile}`,
    `functions  ${src.functions}, median ${src.functionMedian} lines (<= ${maxFunctionMedian}), longest ${src.longestFunction}`,
    `tests      ${tests.files} files, ${tests.lines} lines, ${testRatio.toFixed(2)} a source line (>= 1.0 wanted)`,
  ].join('\n');
}

function sum(sources: readonly Source[]): number {
  return sources.reduce((lines, source) => lines + source.lines, 0);
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function longest<T>(items: readonly T[], length: (item: T) => number): T | undefined {
  return items.toSorted((a, b) => length(b) - length(a))[0];
}
