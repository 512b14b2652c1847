// Measures how well reports are told from other mail, on outside sets; fails when a kind falls below what is promised.
import { CONTESTED } from './measure-reports/contested.ts';
import { readCases } from './measure-reports/corpus.ts';
import type { Outcome } from './measure-reports/score.ts';
import { judge, MIN_PRECISION, MIN_RECALL, scoreOf } from './measure-reports/score.ts';

const corpora = process.argv[2] ?? process.env['MAILCHUTE_CORPORA'];
if (corpora === undefined) {
  console.error('usage: npm run measure:reports -- CORPORA (or MAILCHUTE_CORPORA in the environment)');
  process.exit(2);
}

const cases = readCases(corpora);
const outcomes: Outcome[] = [];
for (const one of cases) outcomes.push(await judge(one));

printSets(outcomes);
printContested(new Set(cases.map(({ path }) => path)));
printWrong(outcomes);
if (!printKinds(outcomes)) process.exitCode = 1;

function printSets(all: readonly Outcome[]): void {
  for (const [set, some] of Object.entries(Object.groupBy(all, (outcome) => outcome.set))) {
    const right = (some ?? []).filter(({ wanted, found }) => wanted === found).length;
    const faults = (some ?? []).filter(({ fault }) => fault !== undefined).length;
    console.log(`${set.padEnd(24)} ${right}/${some?.length ?? 0} right, ${faults} without details`);
  }
}

function printContested(paths: ReadonlySet<string>): void {
  console.log('\ncontested labels');
  for (const [path, { label, reason }] of CONTESTED) {
    if (paths.has(path)) console.log(`  ${path}: ${label}; ${reason}`);
  }
}

function printWrong(all: readonly Outcome[]): void {
  console.log('\nwrong');
  for (const { path, wanted, found } of all) if (wanted !== found) console.log(`  ${path}: ${wanted}, found ${found}`);
  console.log('\nrecognised, details missing');
  for (const { path, fault } of all) if (fault !== undefined) console.log(`  ${path}: ${fault}`);
}

/** Whether every kind is good enough. */
function printKinds(all: readonly Outcome[]): boolean {
  console.log('\nkind        wanted  found  right  recall  precision');
  let good = true;
  for (const { label, wanted, found, right, recall, precision } of scoreOf(all)) {
    const passed = recall >= MIN_RECALL && precision >= MIN_PRECISION;
    if (!passed) good = false;
    const figures = [wanted, found, right].map((figure) => String(figure).padStart(6)).join(' ');
    console.log(
      `${label.padEnd(10)} ${figures}  ${recall.toFixed(4)}  ${precision.toFixed(4)}${passed ? '' : '  below'}`,
    );
  }
  console.log(`wanted: recall >= ${MIN_RECALL}, precision >= ${MIN_PRECISION}`);
  return good;
}
