// Finds values in a JSON message that cannot reach the queue as they are.

import type { FieldError } from './problem.ts';

/** Enough to mend a request by; a list of every fault could be larger than the request. */
export const MAX_ERRORS = 20;

// Names in pointers come from the body; what is longer is not a name anybody looks for.
const MAX_POINTER = 200;

/** Builds a JSON pointer (RFC 6901 section 3). */
export function toPointer(path: readonly (string | number)[]): string {
  const pointer = path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return pointer.toWellFormed().slice(0, MAX_POINTER);
}

/** Strings without a UTF-8 form and numbers that a double does not hold, at any depth. */
export function findUnencodable(message: { readonly [name: string]: unknown }): FieldError[] {
  const trail: Trail = { path: [], errors: [] };
  visit(message, trail);
  return trail.errors;
}

/** Where the search is, and what it has found. */
interface Trail {
  readonly path: string[];
  readonly errors: FieldError[];
}

function visit(value: unknown, trail: Trail): void {
  note(trail, faultOf(value));
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (trail.errors.length === MAX_ERRORS) return;
    trail.path.push(name);
    if (!name.isWellFormed()) note(trail, 'the name has a lone surrogate');
    // Assigning it would change the record's prototype instead of a property.
    if (name === '__proto__') note(trail, 'is not a usable name');
    visit(member, trail);
    trail.path.pop();
  }
}

function note({ path, errors }: Trail, detail: string | undefined): void {
  if (detail !== undefined && errors.length < MAX_ERRORS) errors.push({ pointer: toPointer(path), detail });
}

function faultOf(value: unknown): string | undefined {
  if (typeof value === 'string' && !value.isWellFormed()) return 'has a lone surrogate, which UTF-8 cannot encode';
  const isExact = typeof value !== 'number' ||
    (Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value));
  return isExact ? undefined : 'is a number beyond what JSON readers keep exactly: send it as a string';
}
