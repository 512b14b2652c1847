// The value types that are numbers: counts, sizes in bytes, durations in seconds, switches.

import { parsed, problem } from '../mail/parsed.ts';
import { quote, type ValueType } from './value-type.ts';

/** Longest time a timer can wait: 2^31 - 1 milliseconds. */
const LONGEST_SECONDS = 2147483;
const UNITS: Readonly<{ [unit: string]: number }> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };
const SWITCHES: ReadonlyMap<string, boolean> = new Map([
  ['1', true],
  ['true', true],
  ['yes', true],
  ['0', false],
  ['false', false],
  ['no', false],
]);

/** Limits of a number; both ends are allowed. */
export interface Limits {
  readonly min: number;
  readonly max?: number;
}

/** A whole number. */
export function count({ min, max }: Limits): ValueType<number> {
  return {
    accepts: max === undefined ? `a whole number from ${min} upwards` : `a whole number from ${min} to ${max}`,
    parse(text) {
      const value = Number(text);
      const fits = /^\d+$/.test(text) && value >= min && value <= (max ?? Number.MAX_SAFE_INTEGER);
      return fits ? parsed(value) : problem(`${quote(text)} is not such a number`);
    },
  };
}

/** A whole number that 0 switches off (undefined). */
export function countOrNone({ max }: { readonly max: number }): ValueType<number | undefined> {
  const { parse } = count({ min: 0, max });
  return {
    accepts: `a whole number from 1 to ${max}, or 0 for none`,
    parse(text) {
      const value = parse(text);
      return value.ok && value.value === 0 ? parsed(undefined) : value;
    },
  };
}

/** A whole number, or the word auto. */
export function countOrAuto({ min, max }: Required<Limits>): ValueType<number | 'auto'> {
  const { parse } = count({ min, max });
  return {
    accepts: `a whole number from ${min} to ${max}, or auto`,
    parse: (text) => text.toLowerCase() === 'auto' ? parsed('auto') : parse(text),
  };
}

/** A size; the value is in bytes. */
export function size(): ValueType<number> {
  return {
    accepts: 'a size as in 512, 64KB, 100MB or 1GB (1024-based)',
    parse(text) {
      const [, digits = '', unit = ''] = /^(\d+)\s*(?:([KMG])?B?)?$/i.exec(text) ?? [];
      const bytes = Number(digits) * (UNITS[unit.toUpperCase()] ?? 1);
      const fits = digits !== '' && bytes >= 1 && bytes <= Number.MAX_SAFE_INTEGER;
      return fits ? parsed(bytes) : problem(`${quote(text)} is not a size`);
    },
  };
}

/** A duration; the value is in seconds, with a fraction where one was given. */
export function seconds({ zero }: { readonly zero: 'allowed' | 'refused' }): ValueType<number> {
  return {
    accepts: `seconds as in 30 or 0.5, ${zero === 'allowed' ? 'from 0' : 'more than 0 and'} up to ${LONGEST_SECONDS}`,
    parse(text) {
      const value = Number(text);
      const fits = /^\d+(\.\d+)?$/.test(text) && value <= LONGEST_SECONDS && (value > 0 || zero === 'allowed');
      return fits ? parsed(value) : problem(`${quote(text)} is not such a time`);
    },
  };
}

/** Yes or no. */
export function bool(): ValueType<boolean> {
  return {
    accepts: '1, 0, true, false, yes or no',
    whenBare: 'true',
    parse(text) {
      const value = SWITCHES.get(text.toLowerCase());
      return value === undefined ? problem(`${quote(text)} is neither yes nor no`) : parsed(value);
    },
  };
}
