// The benchmark (`npm run bench`): starts RabbitMQ and all servers, measures them in turn, and prints what came out.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { startRabbitmq } from '../tests/support/rabbitmq.ts';
import { openQueueDesk } from './bench/broker.ts';
import { Cleanup } from './bench/cleanup.ts';
import { startClient } from './bench/client.ts';
import type { Contender, Surroundings } from './bench/contender.ts';
import { EXECUTABLE } from './bench/contenders/gateway.ts';
import { describeMachine, describeUnrest, type Machine, readMachine } from './bench/machine.ts';
import { type Options, parseOptions, type SectionName, USAGE } from './bench/options.ts';
import { Results } from './bench/results.ts';
import { type Bench, reportMissing } from './bench/rounds.ts';
import { runChecks } from './bench/sections/checks.ts';
import { runEmbedded } from './bench/sections/embedded.ts';
import { runHttp } from './bench/sections/http.ts';
import { runLatency } from './bench/sections/latency.ts';
import { runScaling } from './bench/sections/scaling.ts';
import { runThreads } from './bench/sections/threads.ts';
import { runConnections, runThroughput } from './bench/sections/throughput.ts';
import { formatReport, putIntoPage } from './bench/report.ts';
import { evaluateTargets } from './bench/targets.ts';
import { drawCharts } from './bench/charts.ts';
import { hasSmtpSource } from './bench/smtp-source.ts';
import { startContenders } from './bench/start-contenders.ts';
import { type DebianPackage, installDebianPackages } from './test/debian-packages.ts';

const say = (text: string) => void process.stderr.write(`${text}\n`);

const PACKAGES: readonly DebianPackage[] = [
  ['rabbitmq-server', '/usr/lib/rabbitmq/bin/rabbitmq-server'],
  ['postfix', '/usr/sbin/smtp-source'],
  ['knot', 'knotd'],
  ['python3-aiosmtpd', '/usr/lib/python3/dist-packages/aiosmtpd'],
  ['python3-pika', '/usr/lib/python3/dist-packages/pika'],
];

async function runSections(options: Options, cleanup: Cleanup): Promise<Results> {
  const results = new Results();
  const broker = await startRabbitmq({ name: 'bench' });
  cleanup.add(() => broker.stop());
  const desk = await openQueueDesk(broker);
  cleanup.add(() => desk.close());
  const bench: Bench = { options, results, meter: { brokerPid: broker.pid }, say };
  const surroundings: Surroundings = {
    amqpUrl: broker.url,
    directory: cleanup.makeDirectory(),
    openQueue: (name) => desk.open(name),
  };
  const has = (section: SectionName) => options.sections.includes(section);
  if (has('throughput') || has('connections')) {
    const contenders: Contender[] = await startContenders(bench, options.servers, { surroundings, cleanup });
    if (has('throughput')) await runThroughput(bench, contenders);
    if (has('connections')) await runConnections(bench, contenders);
    for (const contender of contenders) await contender.stop();
  }
  const client = await startClient();
  cleanup.add(() => client.stop());
  const stage = { surroundings, client, cleanup };
  if (has('latency')) await runSection(bench, 'latency', () => runLatency(bench, stage));
  if (has('embedded')) await runSection(bench, 'embedded', () => runEmbedded(bench, stage));
  if (has('threads')) await runSection(bench, 'threads', () => runThreads(bench, stage));
  if (has('checks')) await runSection(bench, 'checks', () => runChecks(bench, stage));
  if (has('scaling')) await runSection(bench, 'scaling', () => runScaling(bench, stage));
  if (has('http')) await runHttp(bench);
  return results;
}

/** What one section lacks keeps no other from being measured. */
async function runSection(bench: Bench, name: SectionName, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    reportMissing(bench, name, { error });
  }
}

function checkNeeds(): void {
  if (!existsSync(EXECUTABLE)) throw new Error('dist/mailchute is missing: npm run compile');
  const fault = installDebianPackages(PACKAGES);
  if (fault !== undefined) say(`*** packages from Debian: ${fault} ***`);
  if (!hasSmtpSource()) throw new Error('smtp-source is missing: install the Debian package postfix');
}

interface Figures {
  readonly machine: Machine;
  readonly results: Results;
}

async function measureAll(options: Options): Promise<Figures> {
  checkNeeds();
  const cleanup = new Cleanup();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void cleanup.run().then(() => process.exit(130)));
  }
  try {
    const machine = readMachine(EXECUTABLE);
    say(describeMachine(machine));
    const unrest = describeUnrest(machine);
    if (unrest !== undefined) say(unrest);
    return { machine, results: await runSections(options, cleanup) };
  } finally {
    await cleanup.run();
  }
}

function readFigures(path: string): Figures {
  const { machine, rows, missing } = JSON.parse(readFileSync(path, 'utf8')) as Figures & Results;
  return { machine, results: Results.from({ rows, missing }) };
}

function writePage(figures: Figures): void {
  const docs = resolve(import.meta.dirname, '../docs');
  const charts = drawCharts(figures.results);
  mkdirSync(join(docs, 'performance'), { recursive: true });
  for (const { name, svg } of charts) writeFileSync(join(docs, 'performance', name), svg);
  const page = join(docs, 'performance.md');
  writeFileSync(page, putIntoPage(readFileSync(page, 'utf8'), formatReport(figures, charts)));
}

async function main(): Promise<void> {
  if (process.argv.includes('--help')) return void process.stdout.write(USAGE);
  const options = parseOptions(process.argv.slice(2));
  const figures = options.from === undefined ? await measureAll(options) : readFigures(options.from);
  const { machine, results } = figures;
  const json = JSON.stringify({ machine, targets: evaluateTargets(results), ...results }, null, 1);
  if (options.json === '-') process.stdout.write(`${json}\n`);
  else process.stdout.write(`${formatReport(figures)}\n`);
  if (options.json !== undefined && options.json !== '-') writeFileSync(options.json, json);
  if (options.write) writePage(figures);
  for (const text of results.missing) say(`*** NOT MEASURED *** ${text}`);
  if (results.missing.length > 0) process.exitCode = 1;
}

await main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
