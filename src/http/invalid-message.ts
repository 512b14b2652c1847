// The problem of a message whose properties are missing or wrong, and how a schema's findings become its entries.

import type { BaseIssue } from 'valibot';
import { MAX_ERRORS, toPointer } from './json-values.ts';
import type { FieldError, Problem } from './problem.ts';

/** Builds the problem, with as many of the errors as anybody mends at once. */
export function toInvalidMessage(errors: readonly FieldError[]): Problem {
  return {
    code: 'invalid-message',
    detail: 'Properties of the message are missing or wrong.',
    errors: errors.slice(0, MAX_ERRORS),
  };
}

/** Names the place and the fault of each finding, and no value. */
export function toErrors(issues: readonly BaseIssue<unknown>[]): FieldError[] {
  return issues.slice(0, MAX_ERRORS).map((issue) => {
    const path = (issue.path ?? []).map(({ key }) => typeof key === 'number' ? key : String(key));
    // valibot reports an absent name as a key issue with a text of its own, which says nothing secret but little.
    const isKey = issue.kind === 'schema' && /^(?:loose|strict)_object$/.test(issue.type) && path.length > 0;
    if (isKey && issue.received === 'undefined') return { pointer: toPointer(path), detail: 'is missing' };
    if (isKey && issue.expected === 'never') return { pointer: toPointer(path), detail: 'is not known here' };
    return { pointer: toPointer(path), detail: issue.message };
  });
}
