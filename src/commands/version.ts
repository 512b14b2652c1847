// `mailchute version`: what this executable was built from.

import type { CommandIo } from './command-io.ts';
import { BUILD } from './build.ts';
import { toRuntimeName } from './runtime-name.ts';

/** Prints version, commit and runtime. */
export function version(_argv: readonly string[], { stdout }: CommandIo): number {
  const commit = BUILD.commit === '' ? '' : ` (${BUILD.commit})`;
  stdout(`mailchute ${BUILD.version}${commit}, ${toRuntimeName()}\n`);
  return 0;
}
