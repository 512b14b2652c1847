// The test command: `npm run check` is the quick gate, `npm test` goes on with Deno, a real broker and the executable.
import { globSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { type Rabbitmq, startRabbitmq } from '../tests/support/rabbitmq.ts';
import { addCounts, noTests } from './test/counts.ts';
import { installDebianPackages } from './test/debian-packages.ts';
import { endRunningStep, type Outcome, runStep, say, type Step } from './test/step.ts';

const root = resolve(import.meta.dirname, '..');
const bin = join(root, 'node_modules', '.bin');
// Tools start `node` by name; the machine's own may be too old for them.
const path = `${bin}${delimiter}${process.env['PATH'] ?? ''}`;
const minuteMs = 60_000;

interface Suite {
  name: string;
  files: string[];
  env?: Readonly<Record<string, string>>;
  /** Of the whole suite, and of one test in it. */
  deadlineMs: number;
  testDeadlineMs?: number;
}

function listTests(): { unit: string[]; real: string[]; corpus: string[]; endToEnd: string[] } {
  const all = globSync('tests/**/*.test.ts', { cwd: root }).sort();
  const endToEnd = all.filter((file) => file.startsWith(join('tests', 'e2e')));
  const rest = all.filter((file) => !endToEnd.includes(file));
  const real = rest.filter((file) => file.endsWith('.real.test.ts'));
  const corpus = rest.filter((file) => /[.-]corp(us|ora)\.test\.ts$/.test(file));
  return { unit: rest.filter((file) => ![...real, ...corpus].includes(file)), real, corpus, endToEnd };
}

function onNode({ name, files, env = {}, deadlineMs, testDeadlineMs = minuteMs }: Suite): Step {
  const watch = `--import=${pathToFileURL(join(root, 'scripts', 'test', 'leak-watch.ts'))}`;
  const options = [watch, '--test', '--test-concurrency=2', '--test-reporter=spec', `--test-timeout=${testDeadlineMs}`];
  return { title: `${name} on Node`, command: ['node', ...options, ...files], env, deadlineMs, suite: true };
}

function onDeno({ name, files, env = {}, deadlineMs }: Suite): Step {
  const command = ['deno', 'test', '--allow-all', '--no-check', ...files];
  return { title: `${name} on Deno`, command, env, deadlineMs, suite: true };
}

const gate: readonly Step[] = [
  { title: 'format', command: ['deno', 'fmt', '--check'], deadlineMs: minuteMs },
  { title: 'lint', command: ['deno', 'lint', '--quiet'], deadlineMs: minuteMs },
  { title: 'types', command: ['tsc'], deadlineMs: 2 * minuteMs },
  { title: 'house rules', command: ['node', join('scripts', 'house.ts')], deadlineMs: minuteMs },
];

let broker: Rabbitmq | undefined;
/** Test files that need the corpora, which are not at hand everywhere. */
const notRun: string[] = [];

async function check(): Promise<Outcome[]> {
  const unit: Suite = { name: 'unit tests', files: listTests().unit, deadlineMs: 15 * minuteMs };
  return await runAll([...gate, onNode(unit)]);
}

async function full(): Promise<Outcome[]> {
  const { unit, real, corpus, endToEnd } = listTests();
  const outcomes = await check();
  outcomes.push(await run(onDeno({ name: 'unit tests', files: unit, deadlineMs: 25 * minuteMs })));
  outcomes.push(...await runCorpora(corpus));
  const packages = await attempt('packages from Debian', () => installDebianPackages());
  const started = await attempt('a RabbitMQ of our own', startBroker);
  const compiled = await run({
    title: 'compile',
    command: ['node', join('scripts', 'compile.ts')],
    deadlineMs: 2 * minuteMs,
  });
  outcomes.push(packages, started, compiled);
  if (broker) {
    const suite = { name: 'tests with RabbitMQ', files: real, env: brokerEnv(broker), deadlineMs: 12 * minuteMs };
    outcomes.push(...await runAll([onNode(suite), onDeno(suite)]));
  }
  if (broker && compiled.fault === undefined) outcomes.push(...await runAll([endToEndStep(endToEnd, broker), chaos]));
  return outcomes;
}

/** One file at a time: each brings a gateway or a broker under load that needs the machine for itself. */
function endToEndStep(files: string[], node: Rabbitmq): Step {
  const env = { ...brokerEnv(node), MAILCHUTE_BIN: join(root, 'dist', 'mailchute') };
  const name = 'end-to-end tests of the executable';
  const step = onNode({ name, files, env, deadlineMs: 45 * minuteMs, testDeadlineMs: 10 * minuteMs });
  const command = step.command.map((word) => word === '--test-concurrency=2' ? '--test-concurrency=1' : word);
  return { ...step, command, verbose: true };
}

/** Brings brokers of its own: it kills them. */
const chaos: Step = {
  title: 'chaos (the short set; `npm run chaos` has all)',
  command: ['node', join('scripts', 'chaos.ts'), '--short'],
  env: { MAILCHUTE_BIN: join(root, 'dist', 'mailchute') },
  deadlineMs: 10 * minuteMs,
};

async function runCorpora(files: string[]): Promise<Outcome[]> {
  const suite = { name: 'corpora', files, deadlineMs: 12 * minuteMs };
  if (process.env['MAILCHUTE_CORPORA']) return await runAll([onNode(suite), onDeno(suite)]);
  notRun.push(...files);
  return [];
}

async function startBroker(): Promise<undefined> {
  broker = await startRabbitmq();
  say(`   ${broker.url}`);
}

function brokerEnv(node: Rabbitmq): Record<string, string> {
  return { MAILCHUTE_TEST_AMQP: node.url, MAILCHUTE_TEST_RABBITMQCTL: node.ctlPath };
}

/** A step that is a function of this script: the fault it returns or throws. */
async function attempt(title: string, work: () => string | undefined | Promise<string | undefined>): Promise<Outcome> {
  say(`\n== ${title}`);
  const startedAt = performance.now();
  const fault = await Promise.resolve().then(work).catch((error: unknown) => `FAILED (${error})`);
  say(`   ${fault ?? 'ok'}, ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  return { title, counts: noTests, fault };
}

async function run(step: Step): Promise<Outcome> {
  return await runStep({ ...step, env: { PATH: path, ...step.env } }, root);
}

async function runAll(steps: readonly Step[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const step of steps) outcomes.push(await run(step));
  return outcomes;
}

function summarise(outcomes: readonly Outcome[], startedAt: number): void {
  const total = outcomes.reduce((counts, outcome) => addCounts(counts, outcome.counts), noTests);
  const faults = outcomes.filter((outcome) => outcome.fault !== undefined);
  say(`\n== total, ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  if (notRun.length > 0) say('   *** MAILCHUTE_CORPORA names no folder: THESE SUITES DID NOT RUN ***');
  for (const file of notRun) say(`   *** ${file}`);
  for (const { title, fault } of faults) say(`   ${title}: ${fault}`);
  say(`${total.passed} passed, ${total.failed} failed`);
  if (faults.length > 0) process.exitCode = 1;
}

async function main(): Promise<void> {
  const startedAt = performance.now();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void interrupt());
  const outcomes = process.argv.includes('--quick') ? await check() : await full();
  await broker?.stop();
  summarise(outcomes, startedAt);
}

async function interrupt(): Promise<void> {
  endRunningStep();
  await broker?.stop();
  process.exit(130);
}

await main();
