// Starts aiosmtpd and pika, both from Debian, with a handler that publishes with confirms.
import { join } from 'node:path';
import { freePorts } from '../../../tests/support/free-port.ts';
import type { Contender, Surroundings } from '../contender.ts';
import { startProgram } from '../program.ts';
import { sendBySmtpSource } from '../smtp-source.ts';

const PROGRAM = join(import.meta.dirname, '..', 'programs', 'aiosmtpd-server.py');

/** Starts it with a queue of its own. */
export async function startAiosmtpd({ amqpUrl, directory, openQueue }: Surroundings): Promise<Contender> {
  const [port = 0] = await freePorts(1);
  const store = await openQueue('aiosmtpd');
  // Debian's own Python, for which its packages are: another one may come first on the path.
  const command = ['/usr/bin/python3', PROGRAM, amqpUrl, 'aiosmtpd', String(port)];
  const { pid, stop } = await startProgram({ command, log: join(directory, 'aiosmtpd.log'), port });
  return { name: 'aiosmtpd', pid, port, store, send: (load) => sendBySmtpSource(port, load), stop };
}
