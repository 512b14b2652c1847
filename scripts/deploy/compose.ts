// Reads compose.yaml as its tool does, variables filled in: what a service gets to see.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** What the checks look at. */
export interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

export interface ComposeService {
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly networks: readonly string[] | Readonly<Record<string, { readonly ipv4_address?: string }>>;
}

/** Throws when a variable is not given that has to be. */
export function readCompose(variables: Readonly<Record<string, string>>): Compose {
  const text = readFileSync(join(import.meta.dirname, 'compose.yaml'), 'utf8');
  const filled = text.replaceAll(/\$\{(\w+)(?::\?([^}]*))?\}/g, (_, name: string) => {
    const value = variables[name];
    if (value === undefined) throw new Error(`Cannot read compose.yaml: it asks for ${name}`);
    return value;
  });
  return parse(filled, { merge: true }) as Compose;
}
