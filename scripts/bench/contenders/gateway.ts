// Starts the gateway itself, the executable, with everything that is on by default.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { freePorts } from '../../../tests/support/free-port.ts';
import type { Contender, Store, Surroundings } from '../contender.ts';
import { startProgram } from '../program.ts';
import { sendBySmtpSource } from '../smtp-source.ts';

/** The executable that `npm run compile` makes. */
export const EXECUTABLE = resolve(import.meta.dirname, '../../../dist/mailchute');

/** How it differs from the default. */
export interface GatewayOptions {
  readonly name?: string;
  readonly config?: Readonly<{ [key: string]: string | number }>;
  /** Its queue is the embedded one, counted by this; RabbitMQ's where it is not given. */
  readonly store?: (path: string) => Store;
  /** Other program and leading arguments than the executable. */
  readonly command?: readonly string[];
}

/** A gateway, with its HTTP door. */
export interface GatewayContender extends Contender {
  readonly port: number;
  readonly httpPort: number;
}

/** Starts it. */
export async function startGateway(
  surroundings: Surroundings,
  { name = 'mailchute', config = {}, store, command = [EXECUTABLE] }: GatewayOptions = {},
): Promise<GatewayContender> {
  const [port = 0, httpPort = 0] = await freePorts(2);
  const directory = join(surroundings.directory, name.replaceAll(/\W+/g, '-'));
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'queue.db');
  const queue = name.replaceAll(/\W+/g, '-');
  const broker = { 'rabbitmq-address': surroundings.amqpUrl, 'rabbitmq-inbox': queue };
  const settings = {
    'smtp-ip': '127.0.0.1',
    'smtp-port': port,
    'http-ip': '127.0.0.1',
    'http-port': httpPort,
    'queue-path': path,
    'smtp-hostname': 'mx.example.org',
    // The load comes from one address, with more sessions than one client may have by default.
    'smtp-connections-per-ip': 0,
    ...(store === undefined ? broker : {}),
    ...config,
  };
  const opened = store?.(path) ?? await surroundings.openQueue(queue);
  const flags = Object.entries(settings).map(([key, value]) => `--${key}=${value}`);
  const program = await startProgram({
    command: [...command, 'serve', ...flags],
    cwd: directory,
    log: join(directory, 'log'),
    port,
  });
  const { pid, stop } = program;
  return { name, pid, port, httpPort, store: opened, send: (load) => sendBySmtpSource(port, load), stop };
}
