// Starts Postfix's smtp-sink, which takes mail and keeps nothing: what SMTP alone costs in C.
import { join } from 'node:path';
import { freePorts } from '../../../tests/support/free-port.ts';
import type { Contender, Surroundings } from '../contender.ts';
import { startProgram } from '../program.ts';
import { sendBySmtpSource } from '../smtp-source.ts';

/** Starts it. */
export async function startSmtpSink({ directory }: Surroundings): Promise<Contender> {
  const [port = 0] = await freePorts(1);
  const command = ['/usr/sbin/smtp-sink', '-u', 'nobody', `127.0.0.1:${port}`, '2000'];
  const { pid, stop } = await startProgram({ command, log: join(directory, 'smtp-sink.log'), port });
  return { name: 'smtp-sink', pid, port, store: undefined, send: (load) => sendBySmtpSource(port, load), stop };
}
