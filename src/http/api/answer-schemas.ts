// The shapes of what the HTTP door answers, for the description of the API; tests hold the door's real answers to them.

import * as v from 'valibot';
import { type ProblemCode, PROBLEMS } from '../problem.ts';

const id = v.pipe(
  v.string(),
  v.regex(/^[0-9A-Z]{1,32}$/),
  v.description('Id of a record, chosen before it was published and kept over every retry'),
);

const storedSchema = v.strictObject({
  'message-id': id,
  recipient: v.string(),
  queue: v.pipe(v.string(), v.description('The queue that has the record')),
});

const records = v.pipe(v.array(storedSchema), v.minLength(1), v.description('One for each recipient, in their order'));

/** 202 of POST /v1/messages. */
export const acceptedSchema = v.strictObject({ id: v.pipe(id, v.description('Id of the first record')), records });

/** 200 of POST /v1/inject. */
export const injectedSchema = v.strictObject({ 'message-id': id });

const detail = v.pipe(v.string(), v.description('What is wrong there; never repeats a value of the request'));

const faultSchema = v.union([
  v.strictObject({ pointer: v.pipe(v.string(), v.description('JSON pointer into the body or form')), detail }),
  v.strictObject({ parameter: v.pipe(v.string(), v.description('A parameter of the query')), detail }),
  v.strictObject({ header: v.pipe(v.string(), v.description('A header of the request')), detail }),
  v.strictObject({ field: v.pipe(v.string(), v.description("A field of the message's header section")), detail }),
]);

const codes = Object.keys(PROBLEMS) as ProblemCode[];

/** Every answer from 400 on, but for /readyz (RFC 9457). */
export const problemSchema = v.strictObject({
  type: v.pipe(v.string(), v.description('Path of a page about the code: /problems/CODE')),
  title: v.pipe(v.string(), v.description('The same for every occurrence of the code')),
  status: v.pipe(v.number(), v.integer(), v.minValue(400), v.maxValue(599)),
  detail: v.pipe(v.string(), v.description('What is wrong this time, for people')),
  code: v.pipe(v.picklist(codes), v.description('Stable: decide by it')),
  errors: v.optional(v.pipe(v.array(faultSchema), v.maxLength(20), v.description('The places of the faults'))),
});

/** One line of a 207. */
export const resultLineSchema = v.union([
  v.strictObject({ status: v.literal(202), ...acceptedSchema.entries }),
  problemSchema,
]);

/** GET /livez. */
export const liveSchema = v.strictObject({ status: v.literal('live') });

const reasons = v.optional(
  v.pipe(v.array(v.string()), v.description('Why not; there for clients that may use the door, and on this machine')),
);

/** 200 of GET /readyz. */
export const readySchema = v.strictObject({ status: v.literal('ready'), reasons });

/** 503 of GET /readyz. */
export const notReadySchema = v.strictObject({ status: v.literal('not-ready'), reasons });
