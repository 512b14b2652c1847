// The entry: reads the command, hands over to it, and ends the process with its exit code.

import process from 'node:process';
import { checkConfig } from './commands/check-config.ts';
import type { CommandIo } from './commands/command-io.ts';
import { healthcheck } from './commands/healthcheck.ts';
import { help } from './commands/help.ts';
import { inject } from './commands/inject.ts';
import { queueCommand } from './commands/queue.ts';
import { serve } from './commands/serve.ts';
import { version } from './commands/version.ts';
import { worker } from './commands/worker.ts';

type Command = (argv: readonly string[], io: CommandIo) => number | Promise<number>;

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['serve', serve],
  ['check-config', checkConfig],
  ['queue', queueCommand],
  ['inject', inject],
  ['healthcheck', healthcheck],
  ['help', help],
  ['--help', help],
  ['-h', help],
  ['version', version],
  ['--version', version],
  ['worker', worker],
]);

const io: CommandIo = {
  env: process.env,
  stdout: (text) => process.stdout.write(text),
  stdoutIsTerminal: process.stdout.isTTY === true,
  stderr: (text) => process.stderr.write(text),
};

/** A first word that is an option means the default command. */
async function run(argv: readonly string[]): Promise<number> {
  const [name = 'serve', ...rest] = argv;
  const command = COMMANDS.get(name);
  if (command !== undefined) return await command(rest, io);
  if (name.startsWith('-')) return await serve(argv, io);
  io.stderr(`mailchute: unknown command '${name}'; 'mailchute help' lists the commands\n`);
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
