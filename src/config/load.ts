// Loads the configuration: defaults, files, environment and command line, with every fault in one run.

import { readFileSync } from 'node:fs';
import { type CommandSyntax, parseCommandLine } from './command-line.ts';
import { parseConfigFile } from './config-file.ts';
import { crossCheck } from './cross-checks.ts';
import { type Effective, type ReadFile, toEffective } from './effective.ts';
import type { Source } from './entry.ts';
import { type Environment, readEnvironment } from './environment.ts';
import type { Fault } from './fault.ts';
import { type Findings, mergeSources } from './merge.ts';
import { errorCode, toUnreadable } from './unreadable.ts';

/** Read at every start when it is there; it need not be. */
export const SYSTEM_FILE = '/etc/mailchute/config.txt';

/** Where the configuration comes from. */
export interface LoadOptions {
  /** The arguments behind the command's name. */
  readonly argv: readonly string[];
  readonly env: Environment;
  /** The command's own options and operands. */
  readonly syntax?: CommandSyntax;
  /** Instead of `/etc/mailchute/config.txt`. */
  readonly systemFile?: string;
  /** Instead of the file system. */
  readonly readFile?: ReadFile;
}

/** The configuration as found. With any fault, `config` is not to be used. */
export interface LoadedConfig extends Effective {
  readonly warnings: readonly Fault[];
  readonly faults: readonly Fault[];
  /** The command's own options; a flag has the empty string. */
  readonly options: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
  /** Options and operands in their order, without settings. */
  readonly ownArguments: readonly string[];
}

/** Loads and checks everything. Faults are returned, never thrown. */
export function loadConfig(
  { argv, env, syntax, systemFile = SYSTEM_FILE, readFile = readFileSync }: LoadOptions,
): LoadedConfig {
  const commandLine = parseCommandLine(argv, syntax);
  const environment = readEnvironment(env);
  const findings = { faults: [...commandLine.faults], warnings: [...environment.warnings] };
  const { configFile, options, operands, ownArguments } = commandLine;

  const sources: Source[] = [];
  if (configFile !== systemFile) sources.push(readConfigFile(systemFile, findings, { readFile, optional: true }));
  if (configFile !== undefined) sources.push(readConfigFile(configFile, findings, { readFile, optional: false }));
  sources.push(environment.entries, commandLine.entries);

  const settings = mergeSources(sources, findings, { options: syntax?.options?.keys() ?? [] });
  const effective = crossCheck(toEffective(settings, findings, { readFile }), findings);
  return { ...effective, ...findings, options, operands, ownArguments };
}

function readConfigFile(
  path: string,
  { faults }: Findings,
  { readFile, optional }: { readonly readFile: ReadFile; readonly optional: boolean },
): Source {
  try {
    const file = parseConfigFile(readFile(path), path);
    faults.push(...file.faults);
    return file.entries;
  } catch (error) {
    const missing = ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '');
    if (!optional || !missing) faults.push({ where: path, text: toUnreadable(error) });
    return [];
  }
}
