// Sends SMTP load with Postfix's smtp-source, whose own work is small beside that of what it measures.
import { existsSync } from 'node:fs';
import type { Load } from './contender.ts';
import { runTool } from './program.ts';

const PROGRAM = '/usr/sbin/smtp-source';

/** Whether the Debian package postfix is there. */
export function hasSmtpSource(): boolean {
  return existsSync(PROGRAM);
}

/** The command line for this load; exported for its test. */
export function toSmtpSource(port: number, load: Load): string[] {
  const { bytes, sessions, messages, reconnect = false, recipients = 1, file, from = 'sender@example.com' } = load;
  return [
    PROGRAM,
    ...(reconnect ? [] : ['-d']),
    ...['-s', String(Math.min(sessions, messages)), '-m', String(messages)],
    ...(recipients > 1 ? ['-r', String(recipients)] : []),
    ...(file === undefined ? ['-l', String(bytes)] : ['-F', file]),
    ...['-M', 'client.example.com', '-f', from, '-t', 'rcpt@example.org', `inet:127.0.0.1:${port}`],
  ];
}

/** Sends it; rejects when any reply was not the one that it should be. */
export async function sendBySmtpSource(port: number, load: Load): Promise<void> {
  await runTool(toSmtpSource(port, load));
}
