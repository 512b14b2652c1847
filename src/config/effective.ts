// Turns merged settings into the effective configuration: fallbacks, defaults, and keys that have no effect.

import type { Entry } from './entry.ts';
import { type Config, KEY_NAMES, type KeyName, KEYS } from './keys.ts';
import type { Findings, Setting, Settings } from './merge.ts';
import { toUnreadable } from './unreadable.ts';
import type { ValueType } from './value-type.ts';

/** How a key got its value, when it is not the default. */
export interface Given {
  /** The value as it would stand in a file. */
  readonly text: string;
  /** `config.txt:12`, `environment MAILCHUTE_SMTP_PORT`, `command line --smtp-port`, or what it follows from. */
  readonly origin: string;
  /** What a fault line about it starts with. */
  readonly where: string;
  /** The same for each of the settings that a repeatable key was joined from. */
  readonly parts?: readonly Pick<Given, 'text' | 'where'>[];
}

/** The effective configuration and how it came about. */
export interface Effective {
  readonly config: Config;
  /** The keys that somebody gave. */
  readonly given: ReadonlyMap<KeyName, Given>;
}

/** Reads a file or throws as `readFileSync` does. */
export type ReadFile = (path: string) => Uint8Array;

/** Resolves every key; `readFile` checks the files that must be there. */
export function toEffective(
  settings: Settings,
  findings: Findings,
  { readFile }: { readonly readFile: ReadFile },
): Effective {
  reportWithoutEffect(settings, findings);
  const given = new Map<KeyName, Given>();
  const values: { [name: string]: unknown } = {};
  for (const name of KEY_NAMES) {
    const { type, initial, refusesEmpty } = KEYS[name];
    values[name] = initial;
    const setting = pick(name, settings, findings);
    if (setting === undefined) continue;
    const { entry, parts } = setting;
    const empty = entry.value === '' && !entry.bare;
    if (empty && refusesEmpty !== undefined) findings.faults.push({ where: entry.where, text: refusesEmpty });
    if (empty && type.whenEmpty === undefined) continue;
    values[name] = empty ? type.whenEmpty : setting.parsed === undefined ? initial : setting.parsed.value;
    given.set(name, toGiven(entry, { parts, whenBare: type.whenBare }));
    if (typeof type.readable === 'function' ? type.readable(entry.value) : type.readable === true) {
      checkFile(entry, findings, { readFile, type });
    }
  }
  // The table's own types say that each value fits its key.
  return { config: values as Config, given };
}

/** The key's own setting, else its fallback's. */
function pick(name: KeyName, settings: Settings, { warnings }: Findings): Setting | undefined {
  const own = settings.get(name);
  const [fallbackName = ''] = KEYS[name].fallback;
  const fallback = settings.get(fallbackName);
  if (fallback === undefined || fallback.entry.value === '') return own;
  if (own === undefined) return fallback;
  const text = `has no effect here: ${name} (${own.entry.origin}) is given`;
  warnings.push({ where: fallback.entry.where, text });
  return own;
}

function toGiven(
  { value, bare, origin, where }: Entry,
  { parts, whenBare }: { readonly parts: readonly Entry[]; readonly whenBare: string | undefined },
): Given {
  const given = { text: bare ? whenBare ?? '' : value, origin, where };
  return parts.length === 1
    ? given
    : { ...given, parts: parts.map((part) => ({ text: part.value, where: part.where })) };
}

function checkFile(
  { value, where }: Entry,
  { faults }: Findings,
  { readFile, type }: { readonly readFile: ReadFile; readonly type: ValueType<unknown> },
): void {
  try {
    const content = new TextDecoder().decode(readFile(value));
    const checked = type.checkContent?.(content);
    if (checked?.ok === false) faults.push({ where, text: `${value}, ${checked.problem}` });
  } catch (error) {
    faults.push({ where, text: `${value} ${toUnreadable(error)}` });
  }
}

function reportWithoutEffect(settings: Settings, { faults, warnings }: Findings): void {
  for (const { known, entry: { value, bare, where } } of settings.values()) {
    if (value === '' && !bare) continue;
    if (known.kind === 'unsupported') {
      faults.push({ where, text: `not supported: ${known.reason}; leave the value empty` });
    }
    if (known.kind === 'elsewhere') warnings.push({ where, text: `has no effect here: ${known.reason}` });
  }
}
