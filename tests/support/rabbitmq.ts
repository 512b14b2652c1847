// Starts RabbitMQ nodes of the tests' own on loopback, each with its own name, ports, cookie, port mapper and data directory.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Buffer } from 'node:buffer';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

// Debian's /usr/sbin wrappers change to the user rabbitmq and its home; these scripts behind them do not.
const scriptsDir = '/usr/lib/rabbitmq/bin';
const startDeadlineMs = 90_000;
const stopDeadlineMs = 20_000;

/** A running node. Every method may be called again after `restart()`; ports, name and data stay the same. */
export interface Rabbitmq {
  /** `amqp://guest:guest@127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** Process id of the Erlang machine itself (changes with every restart). */
  readonly pid: number;
  readonly dataDir: string;
  /** Absolute path of a script that runs rabbitmqctl against this node. */
  readonly ctlPath: string;
  /** `NAME@localhost`, as its cluster knows it. */
  readonly nodeName: string;
  /** Of the port mapper, which the nodes of a cluster share. */
  readonly epmdPort: number;
  /** Runs rabbitmqctl and resolves to its stdout; rejects with its stderr when it fails. */
  ctl(args: readonly string[]): Promise<string>;
  /** Sends a signal to the node; after SIGKILL it resolves when the process is gone, otherwise at once. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts the node again on its data: after a graceful stop, or after `kill('SIGKILL')`. */
  restart(): Promise<void>;
  /** Stops the node only, gracefully; `restart()` brings it back. */
  down(): Promise<void>;
  /** Stops everything and removes the data directory. */
  stop(): Promise<void>;
}

/** How to start a node. */
export interface RabbitmqOptions {
  readonly name?: string;
  /** A running node whose cluster this one joins; it has to outlive this one. */
  readonly joins?: Rabbitmq;
  /** A rabbitmq.conf, which may name the port as PORT; it then is what makes the node join. */
  readonly conf?: string;
}

/** Starts a node and resolves when it takes connections; rejects with the end of its log otherwise. */
export async function startRabbitmq(options: RabbitmqOptions = {}): Promise<Rabbitmq> {
  if (!existsSync(join(scriptsDir, 'rabbitmq-server'))) {
    throw new Error(`No RabbitMQ in ${scriptsDir}: install the Debian package rabbitmq-server`);
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'mailchute-rabbitmq-'));
  const [port, distPort] = [await freePort(), await freePort()];
  const epmdPort = options.joins?.epmdPort ?? await freePort();
  const { name = `t${port}`, joins, conf } = options;
  const node = new Node({ name, dataDir, port, distPort, epmdPort, joins: joins?.nodeName, conf });
  try {
    await node.open();
  } catch (error) {
    await node.stop();
    throw error;
  }
  return node;
}

interface NodeSettings {
  name: string;
  dataDir: string;
  port: number;
  distPort: number;
  epmdPort: number;
  joins: string | undefined;
  conf: string | undefined;
}

class Node implements Rabbitmq {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  readonly ctlPath: string;
  readonly nodeName: string;
  readonly epmdPort: number;
  readonly #settings: NodeSettings;
  #server: Spawned | undefined;
  #epmd: Spawned | undefined;
  #undertaker: Spawned | undefined;

  constructor(settings: NodeSettings) {
    this.#settings = settings;
    this.port = settings.port;
    this.dataDir = settings.dataDir;
    this.url = `amqp://guest:guest@127.0.0.1:${settings.port}`;
    this.ctlPath = join(settings.dataDir, 'rabbitmqctl');
    this.nodeName = `${settings.name}@localhost`;
    this.epmdPort = settings.epmdPort;
  }

  get pid(): number {
    return this.#server?.child.pid ?? 0;
  }

  async open(): Promise<void> {
    await writeNodeFiles(this.#settings);
    this.#undertaker = spawnUndertaker(this.dataDir);
    const { joins, conf, epmdPort } = this.#settings;
    if (joins === undefined) {
      this.#epmd = await this.#spawn('epmd', ['-port', String(epmdPort), '-address', '127.0.0.1']);
    }
    await this.#start();
    if (joins === undefined || conf !== undefined) return;
    for (const args of [['stop_app'], ['reset'], ['join_cluster', joins], ['start_app']]) await this.ctl(args);
  }

  async ctl(args: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(this.ctlPath, [...args], { timeout: 60_000, maxBuffer: 1 << 26 });
    return stdout;
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    signalProcess(this.#server, signal);
    if (signal === 'SIGKILL') await this.#server?.exited;
  }

  async restart(): Promise<void> {
    await this.down();
    await this.#start();
  }

  async down(): Promise<void> {
    await endProcess(this.#server);
  }

  async stop(): Promise<void> {
    await this.down();
    signalProcess(this.#epmd, 'SIGKILL');
    await this.#epmd?.exited;
    await writeFile(join(this.dataDir, 'pids'), '');
    this.#undertaker?.child.stdin?.end();
    await this.#undertaker?.exited;
    await rm(this.dataDir, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    this.#server = await this.#spawn(join(scriptsDir, 'rabbitmq-server'), []);
    await waitForStartup(this.#server);
  }

  async #spawn(command: string, args: string[]): Promise<Spawned> {
    const spawned = watch(spawn(command, args, {
      env: nodeEnvironment(this.#settings),
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C at a terminal then reaches the test runner only, which ends the node in its own order.
      detached: true,
    }));
    await once(spawned.child, 'spawn');
    await writeFile(join(this.dataDir, 'pids'), `${spawned.child.pid}\n`, { flag: 'a' });
    return spawned;
  }
}

interface Spawned {
  child: ChildProcess;
  exited: Promise<void>;
  running: boolean;
}

function watch(child: ChildProcess): Spawned {
  const spawned: Spawned = { child, exited: Promise.resolve(), running: true };
  spawned.exited = new Promise((resolve) => {
    child.once('exit', () => {
      spawned.running = false;
      resolve();
    });
  });
  return spawned;
}

/** By process id: Deno's `child.kill` sends one signal only and then takes the child for gone. */
function signalProcess(spawned: Spawned | undefined, signal: NodeJS.Signals): void {
  if (spawned?.running && spawned.child.pid !== undefined) process.kill(spawned.child.pid, signal);
}

/** Writes cookie, configuration, plugin list and the rabbitmqctl script. */
async function writeNodeFiles(settings: NodeSettings): Promise<void> {
  const at = (name: string) => join(settings.dataDir, name);
  const environment = nodeEnvironment(settings);
  const exports = Object.entries(environment).map(([key, value]) => `export ${key}='${value}'`).join('\n');
  await mkdir(at('log'));
  await writeFile(at('.erlang.cookie'), `cookie${settings.epmdPort}`, { mode: 0o400 });
  await writeFile(at('enabled_plugins'), '[].\n');
  await writeFile(at('no-env.conf'), '');
  const limits = `[{rabbit, [{tcp_listeners, [{"127.0.0.1", ${settings.port}}]}, {disk_free_limit, 1000000}]}].\n`;
  if (settings.conf === undefined) await writeFile(at('rabbit.config'), limits);
  else await writeFile(at('rabbit.conf'), settings.conf.replaceAll('PORT', String(settings.port)));
  await writeFile(
    at('rabbitmqctl'),
    `#!/bin/sh\n${exports}\nexec ${scriptsDir}/rabbitmqctl --node ${settings.name}@localhost "$@"\n`,
  );
  await chmod(at('rabbitmqctl'), 0o755);
}

function nodeEnvironment(settings: NodeSettings): Record<string, string> {
  const at = (name: string) => join(settings.dataDir, name);
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    // Erlang takes the cookie that all nodes and tools share from the home directory.
    HOME: settings.dataDir,
    // Makes the start script become the Erlang machine instead of its parent, so that signals reach the node.
    RUNNING_UNDER_SYSTEMD: 'true',
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(settings.epmdPort),
    RABBITMQ_CONF_ENV_FILE: at('no-env.conf'),
    RABBITMQ_CONFIG_FILE: at('rabbit'),
    RABBITMQ_ENABLED_PLUGINS_FILE: at('enabled_plugins'),
    RABBITMQ_MNESIA_BASE: at('mnesia'),
    RABBITMQ_LOG_BASE: at('log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_NODENAME: `${settings.name}@localhost`,
    RABBITMQ_DIST_PORT: String(settings.distPort),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    RABBITMQ_CTL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
  };
}

/**
 * A shell that waits for its stdin to end and then kills what the pids file still lists. The kernel closes that pipe
 * however the test process dies, so no node outlives a test run that was killed.
 */
function spawnUndertaker(dataDir: string): Spawned {
  const script = 'cat >/dev/null; for pid in $(cat "$1/pids"); do kill -9 "$pid"; done 2>/dev/null; rm -rf "$1"';
  return watch(spawn('sh', ['-c', script, 'sh', dataDir], { stdio: ['pipe', 'ignore', 'ignore'], detached: true }));
}

async function waitForStartup({ child: server }: Spawned): Promise<void> {
  let log = '';
  const ready = Promise.withResolvers<void>();
  const fail = (why: string) => ready.reject(new Error(`Cannot start RabbitMQ: ${why}\n${log.slice(-4000)}`));
  const read = (chunk: Uint8Array) => {
    log += Buffer.from(chunk).toString();
    if (log.includes('Server startup complete')) ready.resolve();
  };
  const timer = setTimeout(() => fail(`not ready after ${startDeadlineMs} ms`), startDeadlineMs);
  const onExit = () => fail('the node ended');
  server.stdout?.on('data', read);
  server.stderr?.on('data', read);
  server.once('exit', onExit);
  try {
    await ready.promise;
  } finally {
    clearTimeout(timer);
    server.off('exit', onExit);
    // Reading on keeps the pipe from filling up, which would stop the node's logging and in the end the node.
    for (const stream of [server.stdout, server.stderr]) stream?.off('data', read).resume();
  }
}

async function endProcess(spawned: Spawned | undefined): Promise<void> {
  // A node that a test stopped with SIGSTOP has to run to see SIGTERM.
  signalProcess(spawned, 'SIGCONT');
  signalProcess(spawned, 'SIGTERM');
  const timer = setTimeout(() => signalProcess(spawned, 'SIGKILL'), stopDeadlineMs);
  await spawned?.exited;
  clearTimeout(timer);
}

/**
 * A port on loopback that nothing listens on, below the range from which the kernel takes the ports of outgoing
 * connections: a node that is down for a restart must find its port unused by the clients under load.
 */
async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    const server = createServer();
    const listening = new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!(await listening)) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
  throw new Error('Cannot find a free port: fifty tries between 15000 and 30000 failed');
}
