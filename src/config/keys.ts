// The one table of configuration keys: what may be set, under which names, and what kind of key a name is.

import type { Key } from './key.ts';
import { AUTH_KEYS } from './keys-auth.ts';
import { CHECK_KEYS } from './keys-checks.ts';
import { ELSEWHERE_KEYS } from './keys-elsewhere.ts';
import { GATEWAY_KEYS } from './keys-gateway.ts';
import { HTTP_KEYS } from './keys-http.ts';
import { MESSAGE_KEYS } from './keys-message.ts';
import { METRICS_KEYS } from './keys-metrics.ts';
import { RABBITMQ_KEYS } from './keys-rabbitmq.ts';
import { SMTP_KEYS } from './keys-smtp.ts';
import { TLS_KEYS } from './keys-tls.ts';
import { UNSUPPORTED_KEYS } from './keys-unsupported.ts';

const TABLE = {
  ...SMTP_KEYS,
  ...TLS_KEYS,
  ...AUTH_KEYS,
  ...MESSAGE_KEYS,
  ...CHECK_KEYS,
  ...HTTP_KEYS,
  ...METRICS_KEYS,
  ...RABBITMQ_KEYS,
  ...GATEWAY_KEYS,
} as const;

/** Name of a key that has an effect. */
export type KeyName = keyof typeof TABLE;

type ValueOf<Row> = Row extends Key<infer Value> ? Value : never;

/** The effective configuration: every key with its typed value. Sizes are bytes, times are seconds. */
export type Config = { readonly [Name in KeyName]: ValueOf<(typeof TABLE)[Name]> };

/** The keys by name. */
export const KEYS: Readonly<Record<KeyName, Key<unknown>>> = TABLE;

/** All names, in the order in which they are shown. */
export const KEY_NAMES: readonly KeyName[] = namesOf(TABLE);

/** A part of the table under one heading. */
export interface KeyGroup {
  readonly title: string;
  readonly names: readonly KeyName[];
}

/** The table's parts, in the order in which they are shown. */
export const KEY_GROUPS: readonly KeyGroup[] = [
  { title: 'SMTP door', names: namesOf(SMTP_KEYS) },
  { title: 'TLS at the SMTP door', names: namesOf(TLS_KEYS) },
  { title: 'SMTP authentication and local addresses', names: namesOf(AUTH_KEYS) },
  { title: 'What happens to a message', names: namesOf(MESSAGE_KEYS) },
  { title: 'Checks and DNS', names: namesOf(CHECK_KEYS) },
  { title: 'HTTP door', names: namesOf(HTTP_KEYS) },
  { title: 'Metrics and health', names: namesOf(METRICS_KEYS) },
  { title: 'RabbitMQ', names: namesOf(RABBITMQ_KEYS) },
  { title: 'Embedded queue, log and process', names: namesOf(GATEWAY_KEYS) },
];

/** What a name stands for. `name` is the main name of its setting. */
export type KnownName =
  | { readonly kind: 'key'; readonly name: KeyName }
  | { readonly kind: 'fallback'; readonly name: string; readonly of: KeyName }
  | { readonly kind: 'unsupported'; readonly name: string; readonly reason: string }
  | { readonly kind: 'elsewhere'; readonly name: string; readonly reason: string };

/** Every name that may stand in a configuration, aliases included; those with an effect come first. */
export const KNOWN_NAMES: ReadonlyMap<string, KnownName> = new Map([...namesWithEffect(), ...namesWithout()]);

function namesOf<Part extends Partial<Record<KeyName, unknown>>>(part: Part): (keyof Part & KeyName)[] {
  return Object.keys(part) as (keyof Part & KeyName)[];
}

function* namesWithEffect(): Generator<[string, KnownName]> {
  for (const name of KEY_NAMES) {
    const { aliases, fallback } = KEYS[name];
    for (const spelling of [name, ...aliases]) yield [spelling, { kind: 'key', name }];
    const [main = ''] = fallback;
    for (const spelling of fallback) yield [spelling, { kind: 'fallback', name: main, of: name }];
  }
}

function* namesWithout(): Generator<[string, KnownName]> {
  for (const [name, { reason, aliases }] of UNSUPPORTED_KEYS) {
    for (const spelling of [name, ...aliases]) yield [spelling, { kind: 'unsupported', name, reason }];
  }
  for (const [name, reason] of ELSEWHERE_KEYS) yield [name, { kind: 'elsewhere', name, reason }];
}
