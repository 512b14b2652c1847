// The house rules about the project as a whole: medians, a test for every file, and words that belong nowhere.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Figures, maxFileMedian, maxFunctionMedian, minTestRatio } from './figures.ts';
import type { Source, Violation } from './source.ts';

/** Files without a test of their own: the reason, while every file that imports them is tested. */
export type Exemptions = Readonly<Record<string, string>>;

export function checkFigures(figures: Figures): Violation[] {
  const at = { path: 'src', line: 1 };
  const violations: Violation[] = [];
  if (figures.src.fileMedian > maxFileMedian) {
    violations.push({ ...at, rule: 'file-median', advice: `split files until the median is ${maxFileMedian} lines` });
  }
  if (figures.src.functionMedian > maxFunctionMedian) {
    const advice = `split functions until the median is ${maxFunctionMedian} lines`;
    violations.push({ ...at, rule: 'function-median', advice });
  }
  if (figures.src.files > 0 && figures.testRatio < minTestRatio) {
    const advice = `write tests: ${figures.testRatio.toFixed(2)} test lines a source line, at least ${minTestRatio}`;
    violations.push({ path: 'tests', line: 1, rule: 'test-ratio', advice });
  }
  return violations;
}

/**
 * Every file in src has tests/<same path>.test.ts (or .real.test.ts). main.ts and commands/ are run by tests/e2e, files
 * of types alone have nothing to run, and an exempted file is reached through the tests of all its importers.
 */
export function checkMirror(sources: readonly Source[], exemptions: Exemptions): Violation[] {
  const paths = new Set(sources.map((source) => source.path));
  const src = sources.filter((source) => source.path.startsWith('src/'));
  const isTested = ({ path }: { path: string }) =>
    isRunByEndToEnd(path) || testPathsOf(path).some((test) => paths.has(test));
  const isReached = (path: string) => {
    const importers = src.filter((source) => source.imports.some((imported) => imported.target === path));
    return importers.length > 0 && importers.every((by) => isTested(by) || exemptions[by.path] !== undefined);
  };
  const untested = src.filter((source) => !isTested(source) && !isTypesOnly(source)).map((source) => source.path);
  const missing = untested.filter((path) => exemptions[path] === undefined);
  const stale = Object.keys(exemptions).filter((path) => !untested.includes(path) || !isReached(path));
  const staleAdvice = 'end its exemption: the file is gone, has a test, or is imported by one without';
  return [
    ...missing.map((path) => ({ path, line: 1, rule: 'test-mirror', advice: `write ${testPathsOf(path)[0]}` })),
    ...stale.map((path) => ({ path, line: 1, rule: 'test-mirror', advice: staleAdvice })),
  ];
}

function testPathsOf(path: string): string[] {
  const stem = path.replace(/^src\//, 'tests/').replace(/\.ts$/, '');
  return [`${stem}.test.ts`, `${stem}.real.test.ts`];
}

function isRunByEndToEnd(path: string): boolean {
  return path === 'src/main.ts' || path.startsWith('src/commands/');
}

function isTypesOnly(source: Source): boolean {
  const typeNodes = ['TSInterfaceDeclaration', 'TSTypeAliasDeclaration', 'ImportDeclaration'];
  return source.statements.every((node) => {
    if (node.type === 'ExportNamedDeclaration') return node['exportKind'] === 'type';
    return typeNodes.includes(node.type);
  });
}

interface ForbiddenWord {
  pattern: RegExp;
  advice: string;
  allowedIn: readonly string[];
}

// The patterns are spelt so that none of them matches its own line.
const forbiddenWords: readonly ForbiddenWord[] = [
  { pattern: /registry\.(npmjs|yarnpkg|npmmirror)|\bnpm\.jsr\b/, advice: 'name no registry host', allowedIn: [] },
  {
    pattern: /(?<![\w.-])\/work\/|\/tmp\/issues|\/root\//,
    advice: 'name no path of one machine',
    allowedIn: [],
  },
  { pattern: /\.\.\/shared\b/, advice: 'know the corpora by MAILCHUTE_CORPORA only', allowedIn: ['.ci/run'] },
  { pattern: /\bTOD[O]\b|\bFIXM[E]\b/, advice: 'do it, or open an issue', allowedIn: ['package-lock.json'] },
];

/** Looks at every file under version control, and at new ones that are not ignored. Fixtures are other people's words. */
export function checkWords(root: string): Violation[] {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const paths = execFileSync('git', list, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 }).split('\0');
  return paths.filter((path) => path !== '' && !path.startsWith('tests/fixtures/')).flatMap((path) =>
    wordsIn(path, readLines(join(root, path)))
  );
}

function wordsIn(path: string, lines: string[]): Violation[] {
  const words = forbiddenWords.filter((word) => !word.allowedIn.includes(path));
  return lines.flatMap((text, index) =>
    words.filter((word) => word.pattern.test(text)).map((word) => ({
      path,
      line: index + 1,
      rule: 'forbidden-word',
      advice: word.advice,
    }))
  );
}

/** No lines for a file that was deleted but is still in the index, or is not text. */
function readLines(path: string): string[] {
  try {
    const text = readFileSync(path, 'utf8');
    return text.includes('\0') ? [] : text.split('\n');
  } catch {
    return [];
  }
}
