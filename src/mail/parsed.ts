// What parsing a text from outside gives: a typed value, or the reason why there is none.

/** The value, or a problem as a clause that quotes the offending part: `"x" is not a port`. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** A parsed value. */
export function parsed<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

/** A text that does not parse. */
export function problem<T>(text: string): Parsed<T> {
  return { ok: false, problem: text };
}
