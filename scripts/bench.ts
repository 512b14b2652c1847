// The benchmark (`npm run bench`): starts RabbitMQ and all servers, measures them in turn, and prints what came out.
import { existsSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { startRabbitmq } from '../tests/support/rabbitmq.ts';
import { openQueueDesk } from './bench/broker.ts';
import { Cleanup } from './bench/cleanup.ts';
import { startClient } from './bench/client.ts';
import type { Contender, Surroundings } from './bench/contender.ts';
import { EXECUTABLE } from './bench/contenders/gateway.ts';
import { describeMachine, readMachine } from './bench/machine.ts';
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
import { toTables } from './bench/section-tables.ts';
import { hasSmtpSource } from './bench/smtp-source.ts';
import { startContenders } from './bench/start-contenders.ts';

const say = (text: string) => void process.stderr.write(`${text}\n`);

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
  if (!hasSmtpSource()) throw new Error('smtp-source is missing: install the Debian package postfix');
}

async function main(): Promise<void> {
  if (process.argv.includes('--help')) return say(USAGE);
  const options = parseOptions(process.argv.slice(2));
  checkNeeds();
  const cleanup = new Cleanup();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void cleanup.run().then(() => process.exit(130)));
  }
  try {
    const machine = readMachine(EXECUTABLE);
    say(describeMachine(machine));
    const results = await runSections(options, cleanup);
    // Figures on stdout are for a program.
    const print = options.json === '-' ? say : (text: string) => void process.stdout.write(`${text}\n`);
    for (const { title, text } of toTables(results)) print(`\n${title}\n\n${text}`);
    for (const text of results.missing) print(`*** NOT MEASURED *** ${text}`);
    if (results.missing.length > 0) process.exitCode = 1;
    if (options.json !== undefined) {
      writeFileSync(
        options.json === '-' ? '/dev/stdout' : options.json,
        JSON.stringify({ machine, ...results }, null, 1),
      );
    }
  } finally {
    await cleanup.run();
  }
}

await main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
