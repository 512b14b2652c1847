// Finds out how an existing queue or exchange differs from the wanted one, by asking RabbitMQ to declare it and reading the refusal.

import type { ChannelModel } from 'amqplib';
import { onChannel } from './amqp-connection.ts';
import { toBrokerText, toErrorCode } from './amqp-failure.ts';

/** One property in which a queue or an exchange is not as wanted; `none` stands for an argument that is not set. */
export interface Difference {
  readonly property: string;
  readonly wanted: string;
  readonly found: string;
}

/** What a queue is declared with. */
export interface QueueShape {
  readonly durable: boolean;
  readonly autoDelete: boolean;
  /** The `x-…` arguments. */
  readonly arguments: { readonly [name: string]: string | number | boolean };
}

/** One refusal names one property; a queue has fewer than these that RabbitMQ compares. */
const MAX_DIFFERENCES = 12;

/** Property of a difference that RabbitMQ told in words we do not know. */
const UNREADABLE = 'declaration';

const VALUE = String.raw`(none|the value '(?:.*)' of type '\w+'|'.*')`;
const REFUSAL = new RegExp(
  String.raw`inequivalent arg '([^']+)' for .*: received ${VALUE} but current is ${VALUE}`,
  's',
);

/** Reads RabbitMQ's 406 sentence; undefined when it is another one. */
export function parseDifference(text: string): Difference | undefined {
  const [, property, received, current] = REFUSAL.exec(text) ?? [];
  if (property === undefined || received === undefined || current === undefined) return undefined;
  return { property, wanted: toValue(received), found: toValue(current) };
}

function toValue(text: string): string {
  return /^the value '(.*)' of type '\w+'$/s.exec(text)?.[1] ?? /^'(.*)'$/s.exec(text)?.[1] ?? text;
}

/**
 * Compares an existing queue with a shape, property by property. A queue that has gone meanwhile is declared. Rejects
 * with what the broker says when it is about something else than a difference (403: not allowed to declare).
 */
export async function compareQueue(
  model: ChannelModel,
  queue: string,
  { shape }: { readonly shape: QueueShape },
): Promise<readonly Difference[]> {
  const differences: Difference[] = [];
  let asked = shape;
  while (differences.length < MAX_DIFFERENCES) {
    const difference = await toDifference(onChannel(model, (channel) => channel.assertQueue(queue, asked)));
    if (difference === undefined) break;
    differences.push(difference);
    if (difference.property === UNREADABLE) break;
    asked = adopt(asked, difference);
  }
  return differences;
}

/** Resolves to what a declaration was refused for, undefined when it was not; rejects with any other fault. */
export async function toDifference(declaration: Promise<unknown>): Promise<Difference | undefined> {
  try {
    await declaration;
    return undefined;
  } catch (error) {
    if (toErrorCode(error) !== 406) throw error;
    const text = toBrokerText(error);
    return parseDifference(text) ?? { property: UNREADABLE, wanted: 'accepted', found: text };
  }
}

/** The shape with the found value in place of the refused one, so that the next refusal names the next difference. */
function adopt(shape: QueueShape, { property, found }: Difference): QueueShape {
  if (property === 'durable') return { ...shape, durable: found === 'true' };
  if (property === 'auto_delete') return { ...shape, autoDelete: found === 'true' };
  const { [property]: _, ...others } = shape.arguments;
  return { ...shape, arguments: found === 'none' ? others : { ...others, [property]: toArgument(found) } };
}

function toArgument(value: string): string | number | boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  return /^-?\d+$/.test(value) ? Number(value) : value;
}
