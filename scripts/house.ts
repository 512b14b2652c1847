// The house-rule check (`npm run house`): reads src, tests and scripts, prints the figures and one line for each broken rule.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import process from 'node:process';
import { checkFile } from './house/file-rules.ts';
import { type Figures, formatFigures, measure } from './house/figures.ts';
import { checkImports } from './house/import-rules.ts';
import { checkFigures, checkMirror, checkWords, type Exemptions } from './house/project-rules.ts';
import { readSource, type Violation } from './house/source.ts';

const exemptions: Exemptions = {};

/** Checks the project in `root`. */
export function checkHouse(
  root: string,
  reachedThrough: Exemptions = {},
): { violations: Violation[]; figures: Figures } {
  const sources = ['src', 'tests', 'scripts'].flatMap((folder) => listFiles(root, folder)).map((path) =>
    readSource(root, path)
  );
  const figures = measure(sources);
  const violations = [
    ...sources.flatMap(checkFile),
    ...checkImports(sources, readDependencies(root)),
    ...checkFigures(figures),
    ...checkMirror(sources, reachedThrough),
    ...checkWords(root),
  ];
  return { violations, figures };
}

function listFiles(root: string, folder: string): string[] {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.startsWith('tests/fixtures/'))
    .sort();
}

function readDependencies(root: string): string[] {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { dependencies = {} } = manifest as { dependencies?: Record<string, string> };
  return Object.keys(dependencies);
}

if (import.meta.main) {
  const { violations, figures } = checkHouse(resolve(import.meta.dirname, '..'), exemptions);
  process.stdout.write(`${formatFigures(figures)}\n`);
  for (const { path, line, rule, advice } of violations) process.stdout.write(`${path}:${line}: ${rule}: ${advice}\n`);
  if (violations.length > 0) process.exitCode = 1;
}
