// Says which machine it was and which versions were compared: figures mean nothing without that.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import process from 'node:process';
import { HARAKA_VERSION } from './contenders/haraka.ts';

/** The machine and what ran on it. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly date: string;
  /** Processes that wanted a core before the benchmark started, on average over a minute. */
  readonly loadBefore: number;
  readonly versions: Readonly<{ [name: string]: string }>;
}

/** Reads it; a version that cannot be told is `not installed`. */
export function readMachine(executable: string): Machine {
  return {
    processor: /^model name\s*:\s*(.+)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? process.arch,
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    loadBefore: loadavg()[0] ?? NaN,
    versions: {
      mailchute: firstLine([executable, 'version']),
      RabbitMQ: debianVersion('rabbitmq-server'),
      Haraka: HARAKA_VERSION,
      Postfix: debianVersion('postfix'),
      aiosmtpd: debianVersion('python3-aiosmtpd'),
      pika: debianVersion('python3-pika'),
      Python: firstLine(['/usr/bin/python3', '--version']),
      Node: process.version,
    },
  };
}

/** In one paragraph. */
export function describeMachine({ processor, cores, memoryGb, kernel, date, versions }: Machine): string {
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ');
  return `${processor}, ${cores} cores, ${memoryGb} GiB, Linux ${kernel}, everything on loopback, ${date} UTC. ${list}.`;
}

/** A warning where something else wanted the machine; undefined where it was quiet. */
export function describeUnrest({ loadBefore, cores }: Machine): string | undefined {
  if (!(loadBefore > cores / 4)) return undefined;
  return `**The machine was not quiet:** ${
    loadBefore.toFixed(1)
  } processes wanted its ${cores} cores before the start. ` +
    'Messages/s and waits are then those of a share of it; CPU per message and ratios suffer less.';
}

function debianVersion(name: string): string {
  return firstLine(['dpkg-query', '--show', '--showformat=${Version}', name]);
}

function firstLine([program = '', ...args]: readonly string[]): string {
  try {
    const text = execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const line = text.split('\n')[0] ?? '';
    return line.replace(/^(mailchute|Python) /, '') || 'not installed';
  } catch {
    return 'not installed';
  }
}
