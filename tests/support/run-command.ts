// Runs a command that only reads its arguments and the environment, and keeps what it prints.

import type { CommandIo } from '../../src/commands/command-io.ts';

/** What came of a command. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs it to its end. */
export function runCommand(
  command: (argv: readonly string[], io: CommandIo) => number,
  argv: readonly string[],
  env: CommandIo['env'] = {},
): CommandResult {
  let stdout = '';
  let stderr = '';
  const code = command(argv, { env, stdout: (text) => stdout += text, stderr: (text) => stderr += text });
  return { code, stdout, stderr };
}
