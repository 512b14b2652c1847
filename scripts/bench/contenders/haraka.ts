// Starts Haraka, which is fetched from npm into a cache outside the project, with a plugin that publishes with confirms.
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { freePorts } from '../../../tests/support/free-port.ts';
import type { Contender, Surroundings } from '../contender.ts';
import { runTool, startProgram } from '../program.ts';
import { sendBySmtpSource } from '../smtp-source.ts';

/** The release that is compared. */
export const HARAKA_VERSION = '3.3.4';

const PLUGIN = join(import.meta.dirname, '..', 'programs', 'haraka-plugin.cjs');
const PACKAGE = {
  private: true,
  dependencies: { Haraka: HARAKA_VERSION, amqplib: '2.3.1' },
  // The newest release of it asks for a package that does not install yet.
  overrides: { libmime: '5.4.4' },
};

/** Fetches it when the cache has it not. */
async function fetchHaraka(): Promise<string> {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const directory = join(cache, 'mailchute-bench', `haraka-${HARAKA_VERSION}`);
  const program = join(directory, 'node_modules', 'Haraka', 'bin', 'haraka');
  if (existsSync(program)) return program;
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), JSON.stringify(PACKAGE));
  const flags = ['--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund', '--no-package-lock'];
  await runTool(['npm', 'install', '--prefix', directory, ...flags]);
  return program;
}

/** Starts it with one process, a queue of its own, and its own defaults for the rest. */
export async function startHaraka({ amqpUrl, directory: parent, openQueue }: Surroundings): Promise<Contender> {
  const program = await fetchHaraka();
  const [port = 0] = await freePorts(1);
  const store = await openQueue('haraka');
  const directory = join(parent, 'haraka');
  mkdirSync(join(directory, 'plugins'), { recursive: true });
  cpSync(join(dirname(program), '..', 'config'), join(directory, 'config'), { recursive: true });
  cpSync(PLUGIN, join(directory, 'plugins', 'bench_amqp.js'));
  const settings = {
    'plugins': 'bench_amqp\n',
    'me': 'mx.example.org\n',
    'smtp.ini': `listen=127.0.0.1:${port}\nnodes=0\n`,
    'log.ini': '[main]\nlevel=warn\n',
  };
  for (const [name, text] of Object.entries(settings)) writeFileSync(join(directory, 'config', name), text);
  const { pid, stop } = await startProgram({
    command: [process.execPath, program, '-c', directory],
    log: join(directory, 'log'),
    env: {
      BENCH_AMQP: amqpUrl,
      BENCH_QUEUE: 'haraka',
      PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`,
    },
    port,
  });
  return { name: 'Haraka', pid, port, store, send: (load) => sendBySmtpSource(port, load), stop };
}
