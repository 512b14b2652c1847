// Runs the examples of one page of the documentation, in order, in a directory and on ports of their own.
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { furnish, movePaths } from './doc-place.ts';
import { type DocBlock, readTranscripts, ROOT } from './doc-pages.ts';
import { freePorts } from './free-port.ts';
import { gatewayCommand } from './gateway.ts';
import { talk } from './doc-dialogue.ts';

const DEADLINE_MS = 30_000;
// Where an example names a port: of this machine, or as the value of a key.
const PORTS = /((?:127\.0\.0\.1|localhost|\[::1\]|mx\.example\.com)[: ]|-port[=:] ?)(\d+(?:,\d+)*)/g;
const BROKER = /amqp:\/\/guest:guest@localhost(?::5672)?\/?(?=[\s']|$)/g;
/** What a shell block may have behind its language; anything else is the name of the program that it is. */
const RUN_WORDS: ReadonlySet<string> = new Set(['serve']);
const READY = ['gateway.started', 'outlet.ready'];
// What nothing answers without a gateway.
const NEEDS_GATEWAY = /127\.0\.0\.1|mx\.example\.com|healthcheck|queue (?:ls|get)/;
// What the examples talk to where the page does not say.
const DEFAULT = 'mailchute serve --smtp-ip=127.0.0.1 --http-ip=127.0.0.1';
// What the configuration of an example says about this machine need not hold here.
const ALL_ADDRESSES = '0.0.0.0/0;::/0';

/** What the examples of a page need beside themselves. */
export interface DocRunOptions {
  readonly directory: string;
  /** Takes the place of `amqp://guest:guest@localhost/`. */
  readonly broker?: string;
}

/** One page's examples on their way; `close` ends what they have started. */
export class DocRun {
  readonly #directory: string;
  readonly #broker: string | undefined;
  readonly #ports = new Map<string, number>();
  #gateway: ChildProcess | undefined;
  /** The ports of the gateway that its command does not name, as variables. */
  #ownPorts: Record<string, string> = {};

  constructor({ directory, broker }: DocRunOptions) {
    this.#directory = directory;
    this.#broker = broker;
    furnish(directory);
    const [program = '', ...leading] = gatewayCommand();
    const words = [program, ...leading].map((word) => `'${word}'`).join(' ');
    writeFileSync(join(directory, 'bin/mailchute'), `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
    mkdirSync(join(directory, 'run'));
    symlinkSync(join(ROOT, 'node_modules'), join(directory, 'run/node_modules'));
    writeFileSync(join(directory, 'run/message.eml'), MESSAGE);
    writeFileSync(join(directory, 'run/invoice.pdf'), '%PDF-1.4\n');
  }

  /** Runs one block; rejects when it does not do what it shows. */
  async run(block: DocBlock): Promise<void> {
    const { language, words } = block;
    const [file] = words;
    if (language === 'sh' && file !== undefined && !RUN_WORDS.has(file)) return this.#install(file, block.text);
    const startsOne = words.includes('serve');
    const needsOne = !startsOne &&
      (language === 'smtp' || (language !== 'conf' && language !== 'js' && NEEDS_GATEWAY.test(block.text)));
    if (needsOne && this.#gateway === undefined) await this.#serve(DEFAULT);
    if (language === 'js') {
      return writeFileSync(join(this.#directory, 'run', file ?? ''), await this.#adapt(block.text));
    }
    if (language === 'conf') return await this.#configure(block);
    if (language === 'smtp') return await talk(block.text, await this.#portOf('2525'));
    if (language === 'sh' && startsOne) return await this.#serve(await this.#adapt(block.text));
    if (language === 'console') return await this.#compare(block);
    await this.#shell(await this.#adapt(block.text));
  }

  /** Ends the gateway. */
  async close(): Promise<void> {
    const gateway = this.#gateway;
    this.#gateway = undefined;
    if (gateway?.pid === undefined || gateway.exitCode !== null) return;
    const gone = once(gateway, 'close');
    process.kill(-gateway.pid, 'SIGTERM');
    await gone;
  }

  /** A program with a name is that program. */
  #install(name: string, text: string): void {
    writeFileSync(join(this.#directory, 'bin', name), text, { mode: 0o755 });
  }

  /** A configuration with a file name is that file; one to be served starts a gateway. */
  async #configure({ text, words }: DocBlock): Promise<void> {
    const [name = 'config.txt'] = words.filter((word) => word !== 'serve');
    const path = join(this.#directory, name.startsWith('/') ? movePaths(name, '') : join('run', name));
    writeFileSync(path, await this.#adapt(text));
    if (words.includes('serve')) await this.#serve(`mailchute serve --config-file=${path}`, text);
  }

  async #compare({ text }: DocBlock): Promise<void> {
    for (const { command, output } of readTranscripts(text)) {
      const printed = await this.#shell(await this.#adapt(command));
      const expected = toPattern(normalize(await this.#adapt(output)));
      assert.match(
        normalize(printed.endsWith('\n') || printed === '' ? printed : `${printed}\n`),
        expected,
        `${command}\n${printed}`,
      );
    }
  }

  /** Starts a gateway in the background, in the place of the one before. */
  async #serve(command: string, config = command): Promise<void> {
    await this.close();
    // What the example does not say about ports is not to meet other programs of this machine.
    const ports = [['smtp-port', '2525'], ['http-port', '8485']] as const;
    this.#ownPorts = {};
    for (const [key, port] of ports) {
      const name = `MAILCHUTE_${key.toUpperCase().replace('-', '_')}`;
      if (!new RegExp(`(?:^|--)${key}`, 'm').test(config)) this.#ownPorts[name] = String(await this.#portOf(port));
    }
    const child = spawn('sh', ['-c', `exec ${command.trim()}`], {
      cwd: join(this.#directory, 'run'),
      env: this.#env(),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#gateway = child;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      const fail = () => reject(new Error(`${command}: no open doors: ${said}`));
      const timer = setTimeout(fail, DEADLINE_MS);
      child.once('close', fail);
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          said += text;
          // A broker may be slow to answer, and mail is put off until it has.
          if (!READY.every((event) => said.includes(event))) return;
          clearTimeout(timer);
          child.removeListener('close', fail);
          resolve();
        });
      }
    });
  }

  /** The blocks of a page are one session: variables stay. */
  #shell(command: string): Promise<string> {
    const session = `set -a; [ ! -f ../session ] || . ../session; ${command}\nexport -p > ../session`;
    const options = { cwd: join(this.#directory, 'run'), env: this.#env(), timeout: DEADLINE_MS };
    return new Promise((resolve, reject) => {
      const child = execFile('sh', ['-euc', session], options, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`${command}\n${stdout}${stderr}`));
      });
      child.stdin?.end();
    });
  }

  #env(): Record<string, string> {
    const path = [
      join(this.#directory, 'bin'),
      join(ROOT, 'node_modules/.bin'),
      process.env['PATH'] ?? '',
      '/usr/sbin',
      '/sbin',
    ].join(delimiter);
    return { PATH: path, HOME: this.#directory, LANG: 'C.UTF-8', MAILCHUTE_LOG_FORMAT: 'json', ...this.#ownPorts };
  }

  /** The example with this machine's ports, paths and broker. */
  async #adapt(text: string): Promise<string> {
    const moved = movePaths(text, this.#directory)
      .replaceAll('npx mailchute', 'mailchute')
      .replaceAll(BROKER, 'BROKER')
      .replaceAll(/^(smtp|http)-range: .*$/gm, `$1-range: ${ALL_ADDRESSES}`);
    const named = [...moved.matchAll(PORTS)].flatMap(([, , ports = '']) => ports.split(','));
    for (const port of named) await this.#portOf(port);
    return moved.replaceAll(PORTS, (_, before: string, ports: string) => {
      return before + ports.split(',').map((port) => this.#ports.get(port) ?? port).join(',');
    }).replaceAll('BROKER', this.#broker ?? '');
  }

  async #portOf(port: string): Promise<number> {
    const isOurs = [...this.#ports.values()].map(String).includes(port) || port === '0';
    if (isOurs) return Number(port);
    const known = this.#ports.get(port) ?? (await freePorts(1))[0] ?? 0;
    this.#ports.set(port, known);
    return known;
  }
}

const MESSAGE = [
  'From: News <news@example.com>',
  'To: ada@example.org',
  'Subject: Hello',
  'X-Uuid: 4711',
  '',
  'Hello.',
  '',
].join('\r\n');

/** What differs from run to run and from machine to machine. */
function normalize(output: string): string {
  return output
    .replaceAll(/\b[0-9A-Z]{25,32}\b/g, 'ID')
    .replaceAll(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+Z)?/g, 'TIME')
    .replaceAll(/^mailchute \d+\.\d+\.\d+[^,]*(?:, \d{4}-\d\d-\d\d\))?, /gm, 'mailchute VERSION, ')
    .replaceAll(/\w{3}, \d+ \w{3} \d{4} \d\d:\d\d:\d\d/g, 'TIME')
    .replaceAll(/"(remote-port|local-port|size)":\d+/g, '"$1":0')
    .replaceAll(/"sha256":"[0-9a-f]{64}"/g, '"sha256":""')
    .replaceAll(/"(hostname|helo)":"[^"]*"/g, '"$1":"NAME"')
    .replaceAll(/(by|from) [\w.-]+( with|\s\()/g, '$1 NAME$2');
}

/** A line `...` stands for any lines, `…` for any text in a line. */
function toPattern(output: string): RegExp {
  const lines = output.split('\n').map((line) => line === '...' ? '[^]*?' : escapePattern(line).replaceAll('…', '.*'));
  return new RegExp(`^${lines.join('\n').replaceAll('[^]*?\n', '[^]*?')}$`);
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
