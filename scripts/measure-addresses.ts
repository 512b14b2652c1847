// Measures the address grammar on outside sets: who agrees, and who decides where not; fails when less agree than did.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { judgeSet, type SetOutcome } from './measure-addresses/judge-set.ts';
import { ADDRESS_SETS } from './measure-addresses/sets.ts';

const corpora = process.argv[2] ?? process.env['MAILCHUTE_CORPORA'];
if (corpora === undefined) {
  console.error('usage: npm run measure:addresses -- CORPORA (or MAILCHUTE_CORPORA in the environment)');
  process.exit(2);
}

const outcomes: SetOutcome[] = [];
for (const set of ADDRESS_SETS) {
  const folder = join(corpora, set.name.replace(/ .*/, ''));
  if (existsSync(folder)) outcomes.push(judgeSet(set, set.read(folder)));
  else fail(`${set.name}: ${folder} is not there`);
}
for (const outcome of outcomes) printDisagreements(outcome);
printTable(
  'sets that judge by the RFCs (at most 2 % listed)',
  outcomes.filter(({ set }) => set.judgesBy === undefined),
);
printTable('sets that judge by something else', outcomes.filter(({ set }) => set.judgesBy !== undefined));
for (const { set, faults } of outcomes) for (const fault of faults) fail(`${set.name}: ${fault}`);

function printDisagreements({ set, disagreements }: SetOutcome): void {
  if (disagreements.length === 0) return;
  console.log(`\n${set.name}: ${disagreements.length} listed`);
  for (const [reason, some] of Map.groupBy(disagreements, ({ reason }) => reason ?? 'NOTHING DECIDES')) {
    console.log(`  ${reason}`);
    for (const { address, valid } of some) {
      console.log(`    the set ${valid ? 'takes' : 'refuses'} ${toAscii(address)}`);
    }
  }
}

/** On one line, with nothing that a terminal acts on or that looks like something else. */
function toAscii(text: string): string {
  return JSON.stringify(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function printTable(title: string, some: readonly SetOutcome[]): void {
  console.log(`\n${title}\n  set${' '.repeat(28)}cases  agree  listed`);
  for (const { set, cases, disagreements } of some) {
    const figures = [cases, cases - disagreements.length].map((figure) => String(figure).padStart(6)).join(' ');
    const listed = `${disagreements.length} (${(100 * disagreements.length / cases).toFixed(1)} %)`;
    console.log(`  ${set.name.padEnd(29)} ${figures}  ${listed}`);
    if (set.judgesBy !== undefined) console.log(`    by ${set.judgesBy}`);
  }
}

function fail(fault: string): void {
  console.error(`FAILED ${fault}`);
  process.exitCode = 1;
}
