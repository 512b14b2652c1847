// One step of the test command: a heading, a child process whose output is passed on, the time it took and its counts.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import process from 'node:process';
import { addLine, type Counts, isRoutine, noTests } from './counts.ts';

export interface Step {
  title: string;
  command: readonly string[];
  env?: Readonly<Record<string, string>>;
  deadlineMs: number;
  /** A test suite: has to run at least one test and may leave none out. */
  suite?: boolean;
  /** Also show the lines of passed tests. */
  verbose?: boolean;
}

export interface Outcome {
  title: string;
  counts: Counts;
  /** What went wrong; undefined when all is well. */
  fault: string | undefined;
}

let running: ChildProcess | undefined;

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Runs the step in a process group of its own, so that its end is the end of everything it started. */
export async function runStep(step: Step, root: string): Promise<Outcome> {
  say(`\n== ${step.title}`);
  const startedAt = performance.now();
  const [command = '', ...args] = step.command;
  const env = { ...process.env, NO_COLOR: '1', ...step.env };
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  running = child;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    endRunningStep();
  }, step.deadlineMs);
  const [counts, status] = await Promise.all([passOn(child, step), exitStatus(child)]);
  clearTimeout(timer);
  running = undefined;
  const fault = late ? `FAILED (no end after ${step.deadlineMs / 1000} s)` : findFault(step, { counts, status });
  const figures = step.suite ? `, ${counts.passed} passed, ${counts.failed} failed` : '';
  say(`   ${fault ?? 'ok'}${figures}, ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  return { title: step.title, counts, fault };
}

/**
 * Ends the step that is running, if any, with all its processes. Node's runner answers the first signal with the names
 * of the tests that were still running; whatever is left after that gets no choice.
 */
export function endRunningStep(): void {
  const pid = running?.pid;
  if (pid === undefined) return;
  signalGroup(pid, 'SIGTERM');
  setTimeout(() => signalGroup(pid, 'SIGKILL'), 5_000).unref();
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already.
  }
}

async function passOn(child: ChildProcess, step: Step): Promise<Counts> {
  let counts = noTests;
  if (!child.stdout) return counts;
  for await (const line of createInterface({ input: child.stdout })) {
    if (step.suite) counts = addLine(counts, line);
    if (!step.suite || step.verbose || !isRoutine(line)) say(line);
  }
  return counts;
}

function exitStatus(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code === 0 ? undefined : `exit ${signal ?? code}`));
  });
}

function findFault(step: Step, { counts, status }: { counts: Counts; status: string | undefined }): string | undefined {
  if (status !== undefined) return `FAILED (${status})`;
  if (!step.suite) return undefined;
  if (counts.failed > 0) return 'FAILED';
  if (counts.passed === 0) return 'FAILED (no test ran)';
  return counts.leftOut > 0 ? `FAILED (${counts.leftOut} tests left out)` : undefined;
}
