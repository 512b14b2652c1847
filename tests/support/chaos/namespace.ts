// A network namespace in front of the broker, reached over a pair of virtual links that can be parted.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { freePorts } from '../free-port.ts';

/** A way to the broker that can be parted and joined. */
export interface Namespace {
  /** Where the broker is reached. */
  readonly host: string;
  readonly port: number;
  /** From now on packets vanish. */
  part(): void;
  join(): void;
  close(): Promise<void>;
}

// Documentation's range for tests between networks (RFC 2544): in no use anywhere else.
const [NEAR, FAR] = ['198.19.254.1', '198.19.254.2'];
const READY_MS = 20_000;

/** Runs in the namespace, which has a network of its own and the same files: a TCP port that leads to a socket in a folder. */
const RELAY = `
const { createServer, connect } = require('node:net');
const [host, port, path] = process.argv.slice(1);
createServer((client) => {
  const server = connect(path);
  client.setNoDelay(true);
  client.pipe(server).pipe(client);
  for (const [from, to] of [[client, server], [server, client]]) from.on('error', () => to.destroy()).on('close', () => to.end());
}).listen(Number(port), host, () => console.log('ready'));
`;

/** Makes the namespace and a relay in it; needs root. */
export async function openNamespace(brokerPort: number): Promise<Namespace> {
  const directory = await mkdtemp(join(tmpdir(), 'mailchute-namespace-'));
  const path = join(directory, 'broker.sock');
  const [port = 0] = await freePorts(1);
  const link = `mc${process.pid % 1_000_000}`;
  const bridge = createServer((relay) => {
    const broker = connect({ host: '127.0.0.1', port: brokerPort, noDelay: true });
    relay.pipe(broker).pipe(relay);
    relay.on('error', () => broker.destroy()).on('close', () => broker.end());
    broker.on('error', () => relay.destroy()).on('close', () => relay.end());
  }).listen(path);
  await once(bridge, 'listening');
  // The namespace is that of the relay, and goes with it, and so do both ends of the link.
  const relay = spawn('unshare', ['-n', process.execPath, '-e', waitForAddress(RELAY), FAR, String(port), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const inside = (...args: string[]) => run('nsenter', ['-t', String(relay.pid), '-n', 'ip', ...args]);
  const close = async () => {
    relay.kill('SIGKILL');
    bridge.close();
    spawnSync('ip', ['link', 'delete', link]);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await line(relay, 'started');
    run('ip', ['link', 'add', link, 'type', 'veth', 'peer', 'name', 'far', 'netns', String(relay.pid)]);
    run('ip', ['address', 'add', `${NEAR}/30`, 'dev', link]);
    run('ip', ['link', 'set', link, 'up']);
    inside('address', 'add', `${FAR}/30`, 'dev', 'far');
    inside('link', 'set', 'far', 'up');
    await line(relay, 'ready');
  } catch (error) {
    await close();
    throw error;
  }
  return {
    host: FAR,
    port,
    part: () => inside('link', 'set', 'far', 'down'),
    join: () => inside('link', 'set', 'far', 'up'),
    close,
  };
}

/** The address comes after the process whose namespace it is in. */
function waitForAddress(program: string): string {
  const poll = `const { networkInterfaces } = require('node:os');
    console.log('started');
    const timer = setInterval(() => {
      if (!Object.values(networkInterfaces()).flat().some(({ address }) => address === process.argv[1])) return;
      clearInterval(timer);
      start();
    }, 20);`;
  return `${poll} function start() { ${program} }`;
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: READY_MS });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
}

async function line(relay: ChildProcess, word: string): Promise<void> {
  const signal = AbortSignal.timeout(READY_MS);
  for (let text = ''; !text.includes(word);) {
    const [chunk] = await once(relay.stdout ?? relay, 'data', { signal });
    text += String(chunk);
  }
}
