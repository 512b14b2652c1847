// Starts the bare prototype of smtp-server and amqplib.
import { join } from 'node:path';
import process from 'node:process';
import { freePorts } from '../../../tests/support/free-port.ts';
import type { Contender, Surroundings } from '../contender.ts';
import { startProgram } from '../program.ts';
import { sendBySmtpSource } from '../smtp-source.ts';

const PROGRAM = join(import.meta.dirname, '..', 'programs', 'prototype.ts');

/** Starts it with a queue of its own. */
export async function startPrototype({ amqpUrl, directory, openQueue }: Surroundings): Promise<Contender> {
  const [port = 0] = await freePorts(1);
  const store = await openQueue('prototype');
  const command = [process.execPath, PROGRAM, amqpUrl, 'prototype', String(port)];
  const { pid, stop } = await startProgram({ command, log: join(directory, 'prototype.log'), port });
  return { name: 'prototype', pid, port, store, send: (load) => sendBySmtpSource(port, load), stop };
}
