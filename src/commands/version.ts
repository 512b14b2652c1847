// `mailchute version`: what this executable was built from.

import process from 'node:process';
import type { CommandIo } from './command-io.ts';
import { BUILD } from './build.ts';

/** Prints version, commit and runtime. */
export function version(_argv: readonly string[], { stdout }: CommandIo): number {
  const commit = BUILD.commit === '' ? '' : ` (${BUILD.commit})`;
  const runtime = process.versions['deno'] === undefined
    ? `node ${process.versions.node}`
    : `deno ${process.versions['deno']}`;
  stdout(`mailchute ${BUILD.version}${commit}, ${runtime}\n`);
  return 0;
}
