// The entry: reads the command, hands over to it, and ends the process with its exit code.

import process from 'node:process';
import type { CommandIo } from './commands/command-io.ts';

type Command = (argv: readonly string[], io: CommandIo) => number | Promise<number>;

// Each command is loaded when it is run: the whole gateway takes a fifth of a second, and `version` needs none of it.
const loadServe = async () => (await import('./commands/serve.ts')).serve;
const loadHelp = async () => (await import('./commands/help.ts')).help;
const loadVersion = async () => (await import('./commands/version.ts')).version;

const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map<string, () => Promise<Command>>([
  ['serve', loadServe],
  ['check-config', async () => (await import('./commands/check-config.ts')).checkConfig],
  ['queue', async () => (await import('./commands/queue.ts')).queueCommand],
  ['inject', async () => (await import('./commands/inject.ts')).inject],
  ['healthcheck', async () => (await import('./commands/healthcheck.ts')).healthcheck],
  ['help', loadHelp],
  ['--help', loadHelp],
  ['-h', loadHelp],
  ['version', loadVersion],
  ['--version', loadVersion],
  ['worker', async () => (await import('./commands/worker.ts')).worker],
]);

const io: CommandIo = {
  env: process.env,
  stdout: (text) => process.stdout.write(text),
  stdoutIsTerminal: process.stdout.isTTY === true,
  stderr: (text) => process.stderr.write(text),
};

/** Whether it is a word, and not the command by which the first process starts others. */
function isForPeople(name: string): boolean {
  return !name.startsWith('-') && name !== 'worker';
}

/** A first word that is an option means the default command. */
async function run(argv: readonly string[]): Promise<number> {
  const [name = 'serve', ...rest] = argv;
  const load = COMMANDS.get(name);
  if (load !== undefined) return await (await load())(rest, io);
  if (name.startsWith('-')) return await (await loadServe())(argv, io);
  const { toUnknownCommand } = await import('./commands/unknown-command.ts');
  io.stderr(toUnknownCommand(name, [...COMMANDS.keys()].filter(isForPeople)));
  return 2;
}

run(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    io.stderr(`mailchute: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
