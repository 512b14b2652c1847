// Loads a configuration from a text, an environment and a command line, without touching the machine's files.

import { toFaultLine } from '../../src/config/fault.ts';
import { loadConfig, type LoadedConfig, type LoadOptions } from '../../src/config/load.ts';
import { type MemoryFile, memoryFiles } from './memory-files.ts';

/** The sources; `file` is given as `--config-file config.txt`. */
export interface ConfigSources {
  readonly system?: MemoryFile;
  readonly file?: MemoryFile;
  readonly env?: LoadOptions['env'];
  readonly argv?: readonly string[];
  /** Further files by path. */
  readonly files?: Readonly<{ [path: string]: MemoryFile }>;
}

/** A loaded configuration with its findings as lines. */
export interface LoadedText extends Pick<LoadedConfig, 'config' | 'given'> {
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
}

/** Loads the sources. */
export function loadText({ system, file, env = {}, argv = [], files = {} }: ConfigSources): LoadedText {
  const known = {
    ...(system !== undefined && { '/etc/mailchute/config.txt': system }),
    ...(file !== undefined && { 'config.txt': file }),
    ...files,
  };
  const all = file === undefined ? argv : ['--config-file', 'config.txt', ...argv];
  const { config, given, faults, warnings } = loadConfig({ argv: all, env, readFile: memoryFiles(known) });
  return { config, given, faults: faults.map(toFaultLine), warnings: warnings.map(toFaultLine) };
}
