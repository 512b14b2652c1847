// Says in words what the table knows about a name, for the help and for the documentation.

import { toVariable } from './environment.ts';
import { type KeyName, KEYS, type KnownName } from './keys.ts';

/** One line of a description. */
export interface Detail {
  readonly label: string;
  readonly value: string;
}

/** Accepted values, default, names: everything but the meaning. */
export function describeKey(name: KeyName): readonly Detail[] {
  const { type, aliases, fallback, mailerq } = KEYS[name];
  const others = [...aliases, ...fallback.map((spelling) => `${spelling} (when ${name} is not given)`)];
  return [
    { label: 'Accepts', value: type.accepts },
    { label: 'Default', value: toDefault(name) },
    ...(others.length === 0 ? [] : [{ label: 'Other names', value: others.join(', ') }]),
    { label: 'MailerQ', value: mailerq ?? 'has no such key' },
    { label: 'Command line', value: type.whenBare === undefined ? `--${name}=VALUE` : `--${name}=VALUE or --${name}` },
    { label: 'Environment', value: toVariable(name) },
  ];
}

/** What a name without a table row of its own stands for. */
export function describeKnown(spelling: string, known: Exclude<KnownName, { kind: 'key' }>): string {
  switch (known.kind) {
    case 'fallback':
      return `MailerQ's ${spelling} names the queue that is taken while ${known.of} is not given.`;
    case 'unsupported':
      return `Not supported: ${known.reason}. A value is refused at the start; an empty one is allowed.`;
    case 'elsewhere':
      return `A key of MailerQ that has no effect here: ${known.reason}. A value gives a warning.`;
  }
}

function toDefault(name: KeyName): string {
  const { initialText, without } = KEYS[name];
  return initialText === '' ? `not set (${without})` : initialText;
}
