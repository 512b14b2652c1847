// One row of the table of keys, and the two ways to write one.

import type { ValueType } from './value-type.ts';

/** A configuration key. `T` is the type of its value, undefined included where the key may be unset. */
export interface Key<T> {
  readonly type: ValueType<unknown>;
  /** The value while nobody sets the key. */
  readonly initial: T;
  /** The same as text, as it would stand in a file; empty when the key is unset. */
  readonly initialText: string;
  /** What `initialText` means when the text alone does not say it. */
  readonly without: string | undefined;
  /** Other names of the same setting. */
  readonly aliases: readonly string[];
  /** A further MailerQ key, with its aliases, whose value is taken while this key is not given at all. */
  readonly fallback: readonly string[];
  /** Meaning, in sentences. */
  readonly doc: string;
  /** MailerQ's name of the setting, and where its meaning differs; undefined for a key of our own. */
  readonly mailerq: string | undefined;
  /** How a value that may contain passwords is shown; undefined when it is shown as it is. */
  readonly mask: ((text: string) => string) | undefined;
  /** Given several times in one source, its values are joined with a blank. */
  readonly repeatable: boolean;
  /** Why the value must not be empty; undefined when empty means unset. */
  readonly refusesEmpty: string | undefined;
}

/** What a row says; the rest has defaults. */
interface Row<T> {
  readonly type: ValueType<T>;
  readonly doc: string;
  readonly mailerq?: string;
  readonly without?: string;
  readonly aliases?: readonly string[];
  readonly fallback?: readonly string[];
  readonly mask?: (text: string) => string;
  readonly repeatable?: true;
  readonly refusesEmpty?: string;
}

/** A key with a default, written as it would stand in a file. Throws when the default does not parse: a bug. */
export function key<T>(row: Row<T> & { readonly default: string }): Key<T> {
  const { type, default: initialText } = row;
  if (initialText === '' && type.whenEmpty !== undefined) {
    return complete(row, { initial: type.whenEmpty, initialText });
  }
  const initial = type.parse(initialText);
  if (!initial.ok) throw new TypeError(`Cannot use default: ${initial.problem}`);
  return complete(row, { initial: initial.value, initialText });
}

/** A key that is undefined while it is not set; `without` says what that means. */
export function optionalKey<T>(row: Row<T> & { readonly without: string }): Key<T | undefined> {
  return complete<T | undefined>(row, { initial: undefined, initialText: '' });
}

function complete<T>(row: Row<T>, initial: { readonly initial: T; readonly initialText: string }): Key<T> {
  return {
    ...initial,
    type: row.type,
    doc: row.doc,
    mailerq: row.mailerq,
    without: row.without,
    aliases: row.aliases ?? [],
    fallback: row.fallback ?? [],
    mask: row.mask,
    repeatable: row.repeatable ?? false,
    refusesEmpty: row.refusesEmpty,
  };
}
