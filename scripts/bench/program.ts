// Runs the benchmark's servers and tools as processes of their own, and leaves none behind.
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

const OPEN_DEADLINE_MS = 60_000;
const END_DEADLINE_MS = 10_000;
const LOOK_AGAIN_MS = 20;

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** How to start a server. */
export interface ProgramOptions {
  readonly command: readonly string[];
  /** Where its output goes. */
  readonly log: string;
  readonly cwd?: string;
  readonly env?: Readonly<{ [name: string]: string }>;
  /** It is up when this port on loopback takes connections. */
  readonly port: number;
}

/** A running server. */
export interface Program {
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a server and resolves when its port is open; rejects with the end of its output when it ends before. */
export async function startProgram({ command, log, cwd, env, port }: ProgramOptions): Promise<Program> {
  const [program = '', ...args] = command;
  const output = openSync(log, 'a');
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', output, output] });
  closeSync(output);
  running.add(child);
  child.once('exit', () => running.delete(child));
  await once(child, 'spawn');
  const deadline = Date.now() + OPEN_DEADLINE_MS;
  while (!(await isOpen(port))) {
    const isGone = child.exitCode !== null || child.signalCode !== null;
    if (isGone || Date.now() > deadline) {
      await endChild(child);
      const what = isGone ? 'it ended' : 'its port stays closed';
      throw new Error(`Cannot start ${program}: ${what}\n${readFileSync(log, 'utf8').slice(-2000)}`);
    }
    await sleep(LOOK_AGAIN_MS);
  }
  return { pid: child.pid ?? 0, stop: () => endChild(child) };
}

/** A program of the benchmark's own that takes one command at a time over its channel and answers each. */
export interface Assistant<Command, Answer> {
  readonly pid: number;
  ask(command: Command): Promise<Answer>;
  stop(): Promise<void>;
}

/** Starts `path` on this runtime. An answer `{ fault }` rejects the question. */
export async function startAssistant<Command extends object, Answer>(
  path: string,
  args: readonly string[] = [],
): Promise<Assistant<Command, Answer>> {
  const child = fork(path, [...args], { execArgv: ['--no-warnings'], serialization: 'advanced' });
  running.add(child);
  child.once('exit', () => running.delete(child));
  await once(child, 'spawn');
  return {
    pid: child.pid ?? 0,
    ask: (command) =>
      new Promise((resolve, reject) => {
        const onExit = () => reject(new Error(`${path} ended`));
        child.once('exit', onExit).once('message', (answer) => {
          child.off('exit', onExit);
          if (isFault(answer)) reject(new Error(answer.fault));
          else resolve(answer as Answer);
        });
        child.send(command);
      }),
    stop: () => endChild(child),
  };
}

function isFault(answer: unknown): answer is { readonly fault: string } {
  return typeof answer === 'object' && answer !== null && 'fault' in answer;
}

/** Runs a tool to its end; rejects with what it said when it fails. */
export async function runTool(command: readonly string[]): Promise<string> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => said += text);
  const [status] = await once(child, 'close');
  running.delete(child);
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}: ${said.slice(-1000)}`);
  return said;
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), END_DEADLINE_MS);
  await gone;
  clearTimeout(timer);
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    }).once('error', () => resolve(false));
  });
}
