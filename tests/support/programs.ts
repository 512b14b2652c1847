// The program in every form in which users run it, for tests of what runtimes do differently.
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import process from 'node:process';

/** One form. */
export interface ProgramForm {
  readonly name: string;
  /** Program and leading arguments. */
  readonly command: readonly string[];
}

const root = resolve(import.meta.dirname ?? '.', '../..');
const bin = resolve(root, 'node_modules/.bin');
const main = resolve(root, 'src/main.ts');

/** The executable under test, where there is one, and the sources on both runtimes. */
export function listPrograms(): readonly ProgramForm[] {
  const executable = process.env['MAILCHUTE_BIN'] ?? '';
  // The package's own command is a script around the runtime, which gets no signals.
  const deno = execFileSync(resolve(bin, 'deno'), ['eval', 'console.log(Deno.execPath())'], { encoding: 'utf8' })
    .trim();
  return [
    ...(executable === '' ? [] : [{ name: 'the executable', command: [executable] }]),
    { name: 'the sources on Node', command: [resolve(bin, 'node'), main] },
    { name: 'the sources on Deno', command: [deno, 'run', '--allow-all', main] },
  ];
}
