// What a configuration value may be: how its text is read, and how people are told what is accepted.

import type { Parsed } from '../mail/parsed.ts';

/** One type of configuration value. */
export interface ValueType<T> {
  /** What is accepted, as it follows "expected": `ports as in 25,2525,1024-1026`. */
  readonly accepts: string;
  /** What an explicitly empty value means; without it, empty means the default. */
  readonly whenEmpty?: T;
  /** What a flag without value stands for (`--rabbitmq-declare`); without it, a flag needs a value. */
  readonly whenBare?: string;
  /** The value names a file that must be readable at start; a function says of each value whether it does. */
  readonly readable?: boolean | ((text: string) => boolean);
  /** Looks at the content of such a file. */
  checkContent?(content: string): Parsed<unknown>;
  /** Reads a text that is not empty, has no control characters and no blanks around it. */
  parse(text: string): Parsed<T>;
}

/** Quotes the part of a value that is wrong, shortened, for a fault. */
export function quote(text: string): string {
  const LONGEST = 60; // enough to recognise, short enough for a line
  return text.length <= LONGEST ? `"${text}"` : `"${text.slice(0, LONGEST)}…"`;
}
