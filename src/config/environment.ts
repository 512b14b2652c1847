// Takes settings from MAILCHUTE_* environment variables.

import type { Entry, Source } from './entry.ts';
import type { Fault } from './fault.ts';
import { KNOWN_NAMES } from './keys.ts';

/** Environment variables, as in `process.env`. */
export type Environment = Readonly<{ [name: string]: string | undefined }>;

const PREFIX = 'MAILCHUTE_';
/** Variables of the test and build scripts that share the prefix. */
const SCRIPT_VARIABLE = /^MAILCHUTE_(CORPORA|BIN|TEST_.*)$/;
/** Kubernetes describes every Service to every container: a Service called mailchute gives us these. */
const SERVICE_VARIABLE = /^MAILCHUTE_(.*_)?(SERVICE_(HOST|PORT(_.*)?)|PORT(_\d+_(TCP|UDP|SCTP)(_.*)?)?)$/;
const SERVICE_VALUE = /^(tcp|udp|sctp):\/\/\S+:\d+$/;

/** The variable that sets a key. */
export function toVariable(name: string): string {
  return PREFIX + name.toUpperCase().replaceAll('-', '_');
}

/** The settings in the environment, in the order of their names. */
export function readEnvironment(env: Environment): { readonly entries: Source; readonly warnings: readonly Fault[] } {
  const entries: Entry[] = [];
  const warnings: Fault[] = [];
  for (const variable of Object.keys(env).sort()) {
    const value = env[variable]?.trim();
    if (value === undefined || !variable.startsWith(PREFIX) || SCRIPT_VARIABLE.test(variable)) continue;
    const name = toKeyName(variable);
    const where = `environment ${variable}`;
    if (!isOfService(variable, { value, known: KNOWN_NAMES.has(name) })) {
      entries.push({ name, value, origin: where, where });
    } else if (KNOWN_NAMES.has(name)) {
      warnings.push({
        where,
        text: `"${value}" describes a Kubernetes Service and is passed over (enableServiceLinks)`,
      });
    }
  }
  return { entries, warnings };
}

/** A variable in lower case stays as it is, so that it is reported as unknown. */
function toKeyName(variable: string): string {
  const name = variable.slice(PREFIX.length).toLowerCase().replaceAll('_', '-');
  return toVariable(name) === variable ? name : variable.slice(PREFIX.length);
}

/** MAILCHUTE_SMTP_PORT is both: ours, or the address of a Service called mailchute-smtp. */
function isOfService(variable: string, { value, known }: { readonly value: string; readonly known: boolean }): boolean {
  return SERVICE_VARIABLE.test(variable) && (!known || SERVICE_VALUE.test(value));
}
