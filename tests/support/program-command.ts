// Runs a test's own TypeScript program on the runtime that runs the test.
import process from 'node:process';

/** The command line for `program`: Node or Deno, whichever this process is. */
export function toProgramCommand(program: string, args: readonly string[] = []): string[] {
  const runtime = 'deno' in process.versions ? ['run', '-A', '--no-check'] : [];
  return [process.execPath, ...runtime, program, ...args];
}
