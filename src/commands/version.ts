// `mailchute version`: what this executable was built from.

import type { CommandIo } from './command-io.ts';
import { BUILD } from './build.ts';
import { toRuntimeName } from './runtime-name.ts';

/** Prints version, commit with its date, and runtime. */
export function version(_argv: readonly string[], { stdout }: CommandIo): number {
  const source = [BUILD.commit, BUILD.commitDate].filter((part) => part !== '').join(', ');
  stdout(`mailchute ${BUILD.version}${source === '' ? '' : ` (${source})`}, ${toRuntimeName()}\n`);
  return 0;
}
