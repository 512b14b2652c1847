// GET /problems/CODE: what the `type` of a problem leads to, for the person who looks it up.

import type { Context } from 'hono';
import type { DoorEnv } from './http-door.ts';
import { type ProblemCode, PROBLEMS } from './problem.ts';

/** Explains one problem code; undefined when there is no such code. */
export function problemPage(c: Context<DoorEnv>): Response | undefined {
  const code = c.req.param('code') ?? '';
  if (!Object.hasOwn(PROBLEMS, code)) return undefined;
  const { status, title, advice } = PROBLEMS[code as ProblemCode];
  return c.text(`${code} (${status}): ${title}\n\n${advice}\n`);
}
