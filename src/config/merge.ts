// Merges the sources of settings: later ones win, values are parsed, names are resolved, faults collected.

import type { Entry, Source } from './entry.ts';
import type { Fault } from './fault.ts';
import { KEYS, KNOWN_NAMES, type KnownName } from './keys.ts';
import { nearestName } from './nearest-name.ts';

/** Where faults and warnings are collected. */
export interface Findings {
  readonly faults: Fault[];
  readonly warnings: Fault[];
}

/** A setting that some source gave. */
export interface Setting {
  readonly known: KnownName;
  readonly entry: Entry;
  /** What `entry` was joined from, for a key that may be repeated; else `entry` alone. */
  readonly parts: readonly Entry[];
  /** The parsed value; undefined for a text that is empty or faulty, and for names without an effect. */
  readonly parsed: { readonly value: unknown } | undefined;
}

/** The settings by main name, with the value of the last source that gave one. */
export type Settings = ReadonlyMap<string, Setting>;

// Blanks may stand inside a value; anything else below U+0020 is an accident or an attack on a log or a protocol.
const CONTROL_CHARACTER = /[\x00-\x08\x0a-\x1f\x7f]/;

/** Merges sources, given from low to high precedence. `options` are the names of the command's own options. */
export function mergeSources(
  sources: readonly Source[],
  findings: Findings,
  { options = [] }: { readonly options?: Iterable<string> } = {},
): Settings {
  const merged = new Map<string, Setting>();
  const candidates = [...KNOWN_NAMES.keys(), ...options];
  for (const source of sources) {
    for (const setting of settle(source, findings, { candidates })) merged.set(setting.known.name, setting);
  }
  return merged;
}

/** The settings of one source, one for each main name. */
function settle(
  source: Source,
  findings: Findings,
  { candidates }: { readonly candidates: readonly string[] },
): Iterable<Setting> {
  const settled = new Map<string, Setting>();
  for (const entry of source) {
    const known = KNOWN_NAMES.get(entry.name);
    if (known === undefined) {
      findings.faults.push({ where: entry.where, text: toUnknown(entry.name, candidates) });
      continue;
    }
    const setting = { known, entry, parts: [entry], parsed: parseValue(entry, known, findings) };
    const earlier = settled.get(known.name);
    settled.set(known.name, earlier === undefined ? setting : combine(earlier, setting, findings));
  }
  return settled.values();
}

function toUnknown(name: string, candidates: readonly string[]): string {
  if (name === 'config-file') return 'is no key: name the file on the command line, --config-file PATH';
  return `unknown key, the nearest known one is ${nearestName(name, candidates)}`;
}

/** Two settings of one source that mean the same thing. */
function combine(earlier: Setting, later: Setting, findings: Findings): Setting {
  const { known } = later;
  return known.kind === 'key' && KEYS[known.name].repeatable ? join(earlier, later) : prefer(earlier, later, findings);
}

/** One setting with both values, as if they had stood in one line. */
function join(earlier: Setting, { known, entry: { origin, where, value }, parts }: Setting): Setting {
  const entry = {
    name: earlier.entry.name,
    value: `${earlier.entry.value} ${value}`.trim(),
    origin: earlier.entry.origin === origin ? origin : `${earlier.entry.origin} and ${origin}`,
    where: earlier.entry.where === where ? where : `${earlier.entry.origin} and ${where}`,
  };
  // The values are faultless, or their faults have been told.
  const parsed = parseValue(entry, known, { faults: [], warnings: [] });
  return { known, entry, parts: [...earlier.parts, ...parts], parsed };
}

/** The main name wins, else the later setting. */
function prefer(earlier: Setting, later: Setting, { warnings }: Findings): Setting {
  const { known } = later;
  if (known.kind !== 'key' && known.kind !== 'fallback') return later;
  if (earlier.entry.name === later.entry.name) {
    warnings.push({ where: later.entry.where, text: `given again: this one counts, not ${earlier.entry.origin}` });
    return later;
  }
  const [winner, loser] = earlier.entry.name === known.name ? [earlier, later] : [later, earlier];
  const { name, origin } = winner.entry;
  warnings.push({ where: loser.entry.where, text: `has no effect: ${name} (${origin}) is the same setting` });
  return winner;
}

/** Every value is checked, also one that a later source replaces: it would come back with that source's end. */
function parseValue(entry: Entry, known: KnownName, { faults }: Findings): Setting['parsed'] {
  if (known.kind !== 'key' && known.kind !== 'fallback') return undefined;
  const { where } = entry;
  const { type } = KEYS[known.kind === 'key' ? known.name : known.of];
  const text = entry.bare ? type.whenBare : entry.value;
  if (text === undefined) {
    faults.push({ where, text: `needs a value: --${entry.name}=VALUE, expected ${type.accepts}` });
  } else if (CONTROL_CHARACTER.test(text)) {
    faults.push({ where, text: `has a control character, expected ${type.accepts}` });
  } else if (text !== '') {
    const value = type.parse(text);
    if (value.ok) return value;
    faults.push({ where, text: `${value.problem}, expected ${type.accepts}` });
  }
  return undefined;
}
