// What runs the program: Node or Deno, with its version.

import process from 'node:process';

/** As `node 24.0.0`. */
export function toRuntimeName(): string {
  const { deno, node } = process.versions as { readonly deno?: string; readonly node: string };
  return deno === undefined ? `node ${node}` : `deno ${deno}`;
}
