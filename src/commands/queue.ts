// `mailchute queue ls` and `mailchute queue get`: what waits in the queues, in the embedded file or in RabbitMQ.

import { Buffer } from 'node:buffer';
import process from 'node:process';
import type { Writable } from 'node:stream';
import type { CommandSyntax } from '../config/command-line.ts';
import { type Fault, toFaultLine } from '../config/fault.ts';
import type { Config } from '../config/keys.ts';
import { loadConfig, type LoadedConfig } from '../config/load.ts';
import type { GetOptions, QueueReader } from '../queue/reader.ts';
import type { CommandIo } from './command-io.ts';
import { createFlushedWriter, type WriteLine } from './flushed-writer.ts';
import { openReader } from './open-reader.ts';

/** Where the lines go; standard output unless a test says otherwise. */
export interface QueueOutput {
  readonly output?: Writable;
}

/** What the command line asks for. */
type Request =
  | { readonly verb: 'ls' }
  | ({ readonly verb: 'get'; readonly queue: string } & GetOptions);

const SYNTAX: CommandSyntax = { options: new Map([['count', 'value'], ['ack', 'flag']]), operands: 2 };
const USAGE = 'usage: mailchute queue ls | mailchute queue get QUEUE [--count N] [--ack]';
const LOOK_COUNTS = 'note: without --ack the records go back to RabbitMQ, which counts each look as a delivery; ' +
  'a quorum queue gives up on a record that was delivered too often';
const BAD_CONFIGURATION = 2;
/** What stands where a number cannot be had. */
const UNKNOWN = '?';

/** Runs the command; `argv` is what stands behind `queue`. Exit code 1 for a queue that cannot be read, 2 for usage. */
export async function queueCommand(
  argv: readonly string[],
  io: CommandIo,
  { output = process.stdout }: QueueOutput = {},
): Promise<number> {
  const loaded = loadConfig({ argv, env: io.env, syntax: SYNTAX });
  const request = toRequest(loaded);
  const faults = [...loaded.faults, ...('verb' in request ? [] : [request])];
  for (const fault of faults) io.stderr(`${toFaultLine(fault)}\n`);
  if (faults.length > 0 || !('verb' in request)) return BAD_CONFIGURATION;
  try {
    await carryOut(request, { config: loaded.config, io, output });
    return 0;
  } catch (error) {
    io.stderr(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

async function carryOut(
  request: Request,
  { config, io, output }: { readonly config: Config; readonly io: CommandIo; readonly output: Writable },
): Promise<void> {
  const onWarning = (sentence: string) => io.stderr(`${sentence}\n`);
  const reader = await openReader(config, { ack: request.verb === 'get' && request.ack, onWarning });
  try {
    if (request.verb === 'get' && !request.ack && config['rabbitmq-address'] !== undefined) onWarning(LOOK_COUNTS);
    await print(reader, { request, writeLine: createFlushedWriter(output) });
  } catch (error) {
    // Whoever read the lines has seen enough, as `head` does: nothing more is acknowledged, and that is no failure.
    if (!isClosedPipe(error)) throw error;
  } finally {
    await reader.close();
  }
}

async function print(
  reader: QueueReader,
  { request, writeLine }: { readonly request: Request; readonly writeLine: WriteLine },
): Promise<void> {
  if (request.verb === 'get') {
    await reader.get(request.queue, request, writeLine);
    return;
  }
  for (const count of await reader.list()) {
    const numbers = [count.messages, ...('spooled' in count ? [count.spooled] : [])];
    await writeLine(Buffer.from([count.queue, ...numbers.map((number) => number ?? UNKNOWN)].join('\t')));
  }
}

function toRequest({ operands, options }: LoadedConfig): Request | Fault {
  const [verb, queue] = operands;
  const ack = options.has('ack');
  if (verb === 'ls' && queue === undefined && options.size === 0) return { verb };
  if (verb !== 'get' || queue === undefined || queue === '') return { where: 'command line', text: USAGE };
  const text = options.get('count');
  // An option without its value is a fault that the command line has reported already.
  if (text === undefined || text === '') return { verb, queue, ack, count: undefined };
  const count = /^\d+$/.test(text) ? Number(text) : 0;
  if (count >= 1 && Number.isSafeInteger(count)) return { verb, queue, ack, count };
  return { where: 'command line --count', text: `${JSON.stringify(text)}, expected a whole number from 1` };
}

function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
