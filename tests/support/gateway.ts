// Runs the gateway itself, the executable under test or the sources, as a process of its own on free ports.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { freePorts } from './free-port.ts';
import { toProgramCommand } from './program-command.ts';

// A gateway that does not do what a test waits for is ended, and the test fails with what it said.
const WAIT_DEADLINE_MS = 30_000;

/** How to start a gateway. */
export interface GatewayOptions {
  /** Configuration beyond ports and queue path, by key. */
  readonly config?: { readonly [key: string]: string | number };
  /** Program and leading arguments; the executable under test when not given. */
  readonly command?: readonly string[];
  /** Working directory, which holds the queue file; a temporary one when not given. */
  readonly directory?: string;
  /** Environment beyond that of the test. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ports to use again after a restart. */
  readonly ports?: { readonly smtp: number; readonly http: number };
}

/** The command line of the program under test: MAILCHUTE_BIN, or the sources on the runtime of the test. */
export function gatewayCommand(): readonly string[] {
  const executable = process.env['MAILCHUTE_BIN'];
  return executable === undefined || executable === ''
    ? toProgramCommand(resolve(import.meta.dirname ?? '.', '../../src/main.ts'))
    : [executable];
}

/** A running gateway. */
export class Gateway {
  readonly process: ChildProcess;
  readonly ports: { readonly smtp: number; readonly http: number };
  readonly directory: string;
  readonly flags: readonly string[];
  readonly exit: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  #isGone = false;
  #wake = () => {};
  stdout = '';
  stderr = '';

  constructor(child: ChildProcess, options: Required<Pick<GatewayOptions, 'ports' | 'directory'>>, flags: string[]) {
    this.process = child;
    this.ports = options.ports;
    this.directory = options.directory;
    this.flags = flags;
    this.exit = once(child, 'close').then(([code, signal]) => {
      this.#isGone = true;
      this.#wake();
      return { code, signal };
    });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.#wake();
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.#wake();
    });
  }

  /** The events logged so far that have this name. */
  events(name: string): { readonly [field: string]: unknown }[] {
    return this.stderr.split('\n').filter((line) => line.includes(`"event":"${name}"`)).map((line) => JSON.parse(line));
  }

  /** Resolves when an event of this name has been logged `count` times; rejects when the process ends before. */
  async event(name: string, count = 1): Promise<{ readonly [field: string]: unknown }> {
    return await this.#until(() => this.events(name)[count - 1], `the event ${name}`);
  }

  /** Resolves when both doors are announced on stdout. */
  async ready(): Promise<void> {
    await this.#until(() => /^SMTP .*\n(?:SMTPS .*\n)*HTTP /m.test(this.stdout) || undefined, 'its doors to open');
  }

  /** Resolves when at least `count` messages have been accepted since the start. */
  async accepted(count: number): Promise<void> {
    await this.#until(() => this.events('message.accepted').length >= count || undefined, `message ${count}`);
  }

  async #until<T>(probe: () => T | undefined, what: string): Promise<T> {
    const deadline = setTimeout(() => this.process.kill('SIGKILL'), WAIT_DEADLINE_MS);
    try {
      for (;;) {
        const found = probe();
        if (found !== undefined) return found;
        if (this.#isGone) throw new Error(`the gateway ended before ${what}: ${this.stderr.slice(-2000)}`);
        await new Promise<void>((resolve) => this.#wake = resolve);
      }
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Sends a signal and resolves when the process is gone. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<{ readonly code: number | null }> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill(signal);
    return await this.exit;
  }

  /** Runs another command of the same program with the same configuration; resolves to its stdout. */
  run(...command: readonly string[]): Promise<string> {
    return runGateway([...command, ...this.flags], { directory: this.directory });
  }
}

/** Starts a gateway and resolves when both doors are open; rejects with what it said on stderr when it ends first. */
export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'mailchute-e2e-'));
  const [smtp = 0, http = 0] = options.ports === undefined ? await freePorts(2) : [];
  const ports = options.ports ?? { smtp, http };
  const config = {
    'smtp-ip': '127.0.0.1',
    'smtp-port': ports.smtp,
    'http-ip': '127.0.0.1',
    'http-port': ports.http,
    'queue-path': join(directory, 'queue.db'),
    'smtp-hostname': 'mx.example.org',
    'log-format': 'json',
    ...options.config,
  };
  const flags = Object.entries(config).map(([key, value]) => `--${key}=${value}`);
  const [program = '', ...leading] = options.command ?? gatewayCommand();
  const child = spawn(program, [...leading, 'serve', ...flags], {
    cwd: directory,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const gateway = new Gateway(child, { ports, directory }, flags);
  await gateway.ready();
  return gateway;
}

/** Runs one command of the program to its end; rejects with its stderr when it fails. */
export function runGateway(args: readonly string[], options: { readonly directory?: string } = {}): Promise<string> {
  const [program = '', ...leading] = gatewayCommand();
  return new Promise((resolve, reject) => {
    execFile(
      program,
      [...leading, ...args],
      { cwd: options.directory, maxBuffer: 1 << 30, timeout: 120_000 },
      (error, stdout, stderr) => error ? reject(new Error(stderr || error.message, { cause: error })) : resolve(stdout),
    );
  });
}

/** Ends the gateway, whatever its state, and removes its directory. */
export async function removeGateway(gateway: Gateway): Promise<void> {
  await gateway.end('SIGKILL');
  rmSync(gateway.directory, { recursive: true, force: true });
}
