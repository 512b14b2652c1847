// Measures how long the executable takes to start (`npm run measure:start`): to its version, and to open doors.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { freePorts } from '../tests/support/free-port.ts';

const executable = resolve(import.meta.dirname, '..', 'dist', 'mailchute');

/** Milliseconds until it has said its version and is gone. */
function timeVersion(): Promise<number> {
  const startedAt = performance.now();
  const { status } = spawnSync(executable, ['--version'], { env: {} });
  if (status !== 0) throw new Error(`Cannot measure: --version ended with ${status}`);
  return Promise.resolve(performance.now() - startedAt);
}

/** Milliseconds until the last door is open, with a new queue file. */
async function timeServe(): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'mailchute-start-'));
  const [smtp = 0, http = 0] = await freePorts(2);
  const doors = ['--smtp-ip=127.0.0.1', `--smtp-port=${smtp}`, '--http-ip=127.0.0.1', `--http-port=${http}`];
  const startedAt = performance.now();
  const gateway = spawn(executable, ['serve', ...doors], {
    cwd: directory,
    env: {},
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    let said = '';
    for await (const text of gateway.stdout.setEncoding('utf8')) {
      said += text;
      if (/^HTTP /m.test(said)) return performance.now() - startedAt;
    }
    throw new Error('Cannot measure: the gateway ended before its doors were open');
  } finally {
    const gone = gateway.exitCode === null ? once(gateway, 'exit') : undefined;
    gateway.kill('SIGKILL');
    await gone;
    rmSync(directory, { recursive: true });
  }
}

async function measure(
  title: string,
  { once: time, rounds }: { once: () => Promise<number>; rounds: number },
): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await time());
  times.sort((a, b) => a - b);
  const at = (part: number) => `${times[Math.round((rounds - 1) * part)]?.toFixed(0).padStart(5)} ms`;
  process.stdout.write(`${title.padEnd(14)}best ${at(0)}  median ${at(0.5)}  worst ${at(1)}\n`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '15' } } });
  const rounds = Number(values.rounds);
  if (!(rounds >= 1 && rounds <= 1000)) throw new Error('Cannot measure: --rounds is 1 to 1000');
  if (!existsSync(executable)) throw new Error('Cannot measure: run npm run compile first');
  await measure('--version', { once: timeVersion, rounds });
  await measure('doors open', { once: timeServe, rounds });
}

await main();
