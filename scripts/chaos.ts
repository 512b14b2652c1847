// The chaos suite: one fault after the other under load, a line for each, and the table in docs/guarantees.md.
//
//   npm run chaos -- [--only NAME,NAME] [--seed N] [--rounds N] [--short] [--write]
//
// `--short` is what the test command runs; `--write` puts the table into the page. A failure is brought back, as far as
// chance goes, by its seed: `--only NAME --seed N`.
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { BROKER_SCENARIOS } from '../tests/support/chaos/broker-scenarios.ts';
import { CLUSTER_SCENARIOS } from '../tests/support/chaos/cluster-scenarios.ts';
import { LINE_SCENARIOS } from '../tests/support/chaos/line-scenarios.ts';
import { PARTITION_SCENARIOS } from '../tests/support/chaos/partition-scenarios.ts';
import { ROLLING_SCENARIOS } from '../tests/support/chaos/rolling-scenarios.ts';
import { judge, type Observation, type Row, type Scenario, type Stage } from '../tests/support/chaos/scenario.ts';
import { SPOOL_SCENARIOS } from '../tests/support/chaos/spool-scenarios.ts';
import { type Rabbitmq, startRabbitmq } from '../tests/support/rabbitmq.ts';
import { createRandom } from '../tests/support/random.ts';
import { toLine, toTable, writeTable } from './chaos/table.ts';

const root = resolve(import.meta.dirname, '..');
const SCENARIOS: readonly Scenario[] = [
  ...BROKER_SCENARIOS,
  ...LINE_SCENARIOS,
  ...PARTITION_SCENARIOS,
  ...SPOOL_SCENARIOS,
  ...ROLLING_SCENARIOS,
  ...CLUSTER_SCENARIOS,
];
const NOTHING: Observation = {
  report: { ids: [], repeated: new Set(), refusals: new Map(), turnedAway: 0, cut: 0 },
  stored: [],
  recoveredMs: 0,
  effect: 'nothing',
};

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 30)) },
      rounds: { type: 'string', default: '1' },
      short: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  const wanted = values.only?.split(',');
  const scenarios = SCENARIOS.filter(({ name, isLong }) => wanted?.includes(name) ?? !(values.short && isLong));
  const [seed, rounds] = [Number(values.seed), Number(values.rounds)];
  if (!Number.isInteger(seed) || !(rounds >= 1) || scenarios.length < (wanted?.length ?? 1)) {
    throw new Error(`--seed and --rounds take numbers, --only some of ${SCENARIOS.map(({ name }) => name).join(',')}`);
  }
  return { ...values, seed, rounds, scenarios };
}

/** A scenario that throws has failed like one that loses something; the next one gets a broker that is well. */
async function runOne(scenario: Scenario, stage: Stage): Promise<Row> {
  const startedAt = performance.now();
  let row: Row;
  try {
    row = judge(scenario, await scenario.run(stage));
  } catch (error) {
    row = { ...judge(scenario, NOTHING), faults: [error instanceof Error ? error.stack ?? error.message : `${error}`] };
    await stage.broker.restart();
  }
  say(`${toLine(row)}; took ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  for (const fault of row.faults) say(`   *** FAILED: ${fault}`);
  return row;
}

async function runAll(broker: Rabbitmq, { scenarios, seed, rounds, short }: ReturnType<typeof readArguments>) {
  const rows: Row[] = [];
  for (const scenario of scenarios) {
    const missing = scenario.missing?.();
    const stage = { broker, rounds, isShort: short, random: createRandom(seed) };
    if (missing === undefined) rows.push(await runOne(scenario, stage));
    else say(`*** ${scenario.name} DID NOT RUN: ${missing} ***`);
  }
  return rows;
}

async function main(): Promise<void> {
  const settings = readArguments();
  process.env['MAILCHUTE_BIN'] ??= join(root, 'dist', 'mailchute');
  say(`seed ${settings.seed}`);
  const broker = await startRabbitmq();
  const rows = await runAll(broker, settings).finally(() => broker.stop());
  const failed = rows.filter(({ faults }) => faults.length > 0);
  if (failed.length > 0 || rows.length === 0) {
    say(`*** FAILED: ${failed.map(({ name }) => name).join(', ') || 'nothing ran'} (--seed ${settings.seed})`);
    process.exitCode = 1;
  } else if (settings.write) {
    const command = `npm run chaos -- --seed ${settings.seed}`;
    writeTable(join(root, 'docs', 'guarantees.md'), { rows, command, date: new Date() });
  } else {
    say(toTable(rows));
  }
}

await main();
