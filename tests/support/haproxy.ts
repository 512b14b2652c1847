// Runs HAProxy (Debian's package haproxy) with a configuration of the test's own, and reads its view of the servers.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where Debian installs it: the PATH of an ordinary user leaves the folder out. */
const PROGRAM = '/usr/sbin/haproxy';
const START_DEADLINE_MS = 20_000;
const LOOK_AGAIN_MS = 50;

/** One row of `show stat`, by column name. */
export type HaproxyStat = Readonly<Record<string, string>>;

/** Which server is waited for. */
export interface StateWait {
  readonly backends: readonly string[];
  readonly server: string;
  readonly withinMs: number;
}

/** A running HAProxy. */
export class Haproxy {
  readonly #process: ChildProcess;
  readonly #directory: string;
  #output = '';

  constructor(child: ChildProcess, directory: string) {
    this.#process = child;
    this.#directory = directory;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => this.#output += text);
    }
  }

  /** What it printed so far. */
  get output(): string {
    return this.#output;
  }

  /** The state of one server, as HAProxy sees it. */
  async server(backend: string, name: string): Promise<HaproxyStat> {
    const [head = '', ...rows] = (await this.#ask('show stat')).split('\n');
    const columns = head.replace(/^# /, '').split(',');
    const all = rows.map((row) => {
      const values = row.split(',');
      return Object.fromEntries(columns.map((column, index) => [column, values[index] ?? '']));
    });
    const found = all.find(({ pxname, svname }) => pxname === backend && svname === name);
    if (found === undefined) throw new Error(`HAProxy knows no server ${backend}/${name}`);
    return found;
  }

  /** Resolves when its statistics can be asked for; rejects with what it printed when it ends before. */
  async ready(): Promise<void> {
    const deadline = Date.now() + START_DEADLINE_MS;
    while (!(await this.#ask('show info').then(() => true, () => false))) {
      const isOver = this.#process.exitCode !== null || Date.now() > deadline;
      if (isOver) throw new Error(`HAProxy did not start: ${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  /** Resolves when the status of the server matches in all of the backends; rejects when that takes too long. */
  async until(status: RegExp, { backends, server, withinMs }: StateWait): Promise<void> {
    const deadline = Date.now() + withinMs;
    for (const backend of backends) {
      while (!status.test((await this.server(backend, server))['status'] ?? '')) {
        if (Date.now() > deadline) {
          throw new Error(`${backend}/${server} is not ${status}: ${this.output.slice(-2000)}`);
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      }
    }
  }

  /** Ends the process and removes its directory. */
  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const gone = once(this.#process, 'close');
      this.#process.kill('SIGKILL');
      await gone;
    }
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #ask(command: string): Promise<string> {
    const socket = connect(join(this.#directory, 'admin.sock'));
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => answer += text);
    socket.write(`${command}\n`);
    await once(socket, 'end');
    socket.destroy();
    return answer;
  }
}

/** Starts it; `/run/haproxy/admin.sock` in the configuration is moved into a directory of its own. */
export async function startHaproxy(configuration: string): Promise<Haproxy> {
  if (!existsSync(PROGRAM)) throw new Error('haproxy is missing: install the Debian package haproxy');
  const directory = await mkdtemp(join(tmpdir(), 'mailchute-haproxy-'));
  const path = join(directory, 'haproxy.cfg');
  await writeFile(path, configuration.replace('/run/haproxy/admin.sock', join(directory, 'admin.sock')));
  const child = spawn(PROGRAM, ['-db', '-f', path], { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  const haproxy = new Haproxy(child, directory);
  try {
    await haproxy.ready();
  } catch (error) {
    await haproxy.stop();
    throw error;
  }
  return haproxy;
}
