// The fuzz run (`npm run fuzz`): random input to every parser of outside bytes, then what hostile input costs.
//
//   npm run fuzz -- [--rounds N] [--seed N] [--only NAME] [--megabytes N]
//
// A fault is printed with its seed: `--seed SEED --rounds 1 --only NAME` brings it back.
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { TARGETS } from '../tests/fuzz/targets.ts';
import { measureGrowth } from './fuzz/growth.ts';
import { runTarget } from './fuzz/run-target.ts';

const GUARD_MS = 10_000;
const MODULE = pathToFileURL(join(import.meta.dirname, '..', 'tests', 'fuzz', 'targets.ts')).href;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 30)) },
    only: { type: 'string', default: '' },
    megabytes: { type: 'string', default: '2' },
  },
});
const [rounds, seed, megabytes] = [values.rounds, values.seed, values.megabytes].map(Number);
if (![rounds, seed, megabytes].every((number) => number !== undefined && number >= 0)) {
  console.error('usage: npm run fuzz -- [--rounds N] [--seed N] [--only NAME] [--megabytes N], 0 leaves a part out');
  process.exit(2);
}

let inputs = 0;
if (rounds) {
  console.log(`seed ${seed}, ${rounds} inputs for each part, at most ${GUARD_MS / 1000} s for one`);
  for (const [index, { name }] of TARGETS.entries()) {
    if (name.includes(values.only)) inputs += await run(name, index);
  }
  console.log(`${inputs} inputs`);
}
if (megabytes && !measureGrowth(megabytes, values.only)) {
  console.error('a doubled input costs more than 2.5 times as much');
  process.exitCode = 1;
}

async function run(name: string, index: number): Promise<number> {
  const startedAt = performance.now();
  const outcome = await runTarget({ module: MODULE, index, seed: seed ?? 0, rounds: rounds ?? 0, guardMs: GUARD_MS });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(
    `${name.padEnd(20)} ${String(outcome.inputs).padStart(7)} inputs, ${outcome.faults.length} faults, ${seconds} s`,
  );
  for (const fault of outcome.faults) console.log(`  --seed ${fault.seed}: ${fault.error}`);
  if (outcome.faults.length > 0 || outcome.inputs !== rounds) process.exitCode = 1;
  return outcome.inputs;
}
