// `mailchute check-config`: validates the configuration and prints the effective one as a file that can be used again.

import { toFaultLine } from '../config/fault.ts';
import { KEY_GROUPS, type KeyName, KEYS } from '../config/keys.ts';
import type { CommandIo } from './command-io.ts';
import { type GatewayConfig, loadGatewayConfig } from './gateway-config.ts';

const BAD_CONFIGURATION = 2;
const HEADING = '# The effective configuration; passwords are ***. What has no "from" above it is a default.';

/** Prints the configuration on stdout and warnings on stderr; with faults only those, and exit code 2. */
export function checkConfig(argv: readonly string[], { env, stdout, stderr }: CommandIo): number {
  const loaded = loadGatewayConfig({ argv, env });
  for (const fault of loaded.faults) stderr(`${toFaultLine(fault)}\n`);
  for (const warning of loaded.warnings) stderr(`warning: ${toFaultLine(warning)}\n`);
  if (loaded.faults.length > 0) return BAD_CONFIGURATION;
  stdout(toConfigText(loaded));
  return 0;
}

/** The configuration in the syntax of its file, one key after the other as in the table. */
function toConfigText(config: Pick<GatewayConfig, 'given' | 'shown'>): string {
  const groups = KEY_GROUPS.map(({ title, names }) =>
    [`# ${title}`, ...names.flatMap((name) => toLines(name, config))].join('\n')
  );
  return `${[HEADING, ...groups].join('\n\n')}\n`;
}

function toLines(name: KeyName, { given, shown }: Pick<GatewayConfig, 'given' | 'shown'>): string[] {
  const { initialText, mask } = KEYS[name];
  const setting = given.get(name);
  const text = setting?.text ?? initialText;
  const value = text === '' || mask === undefined ? text : shown.get(name) ?? mask(text);
  const line = `${name}: ${value}`.trimEnd();
  return setting === undefined ? [line] : [`# from ${setting.origin}`, line];
}
