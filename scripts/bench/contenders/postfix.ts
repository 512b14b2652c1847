// Starts Postfix's smtpd with a configuration and a queue of its own; all mail stays in its hold queue, fsynced.
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { freePorts } from '../../../tests/support/free-port.ts';
import { IN_NAMESPACE, preparePostfix } from '../../../tests/support/postfix-instance.ts';
import type { Contender, Store, Surroundings } from '../contender.ts';
import { startProgram } from '../program.ts';
import { sendBySmtpSource } from '../smtp-source.ts';

function toMain(directory: string): string[] {
  return [
    `maillog_file = ${join(directory, 'maillog')}`,
    `maillog_file_prefixes = ${directory}`,
    'myhostname = mx.example.org',
    'mydestination = example.org',
    'local_recipient_maps =',
    'alias_maps =',
    'inet_protocols = ipv4',
    'inet_interfaces = loopback-only',
    'mynetworks = 127.0.0.0/8',
    'message_size_limit = 134217728',
    'mailbox_size_limit = 0',
    'smtpd_tls_security_level = none',
    // Held mail goes no further than the queue, as durable as any that Postfix says 250 to.
    'smtpd_recipient_restrictions = check_client_access static:HOLD, permit_mynetworks, reject',
  ];
}

function openStore(hold: string): Store {
  return {
    count: () => Promise.resolve(readdirSync(hold).length),
    clear: async () => {
      for (const name of readdirSync(hold)) rmSync(join(hold, name));
    },
  };
}

/** Starts it; rejects without root, whom Postfix needs. */
export async function startPostfix({ directory: parent }: Surroundings): Promise<Contender> {
  if (process.getuid?.() !== 0) throw new Error('Cannot run Postfix: run the benchmark as root');
  const [port = 0] = await freePorts(1);
  // Not where another one was: what it left behind would keep this one from starting.
  const directory = mkdtempSync(join(parent, 'postfix-'));
  const { command } = await preparePostfix({
    directory,
    main: toMain(directory),
    services: [`127.0.0.1:${port} inet n - n - - smtpd`, 'anvil     unix - - n - 1 anvil'],
  });
  chmodSync(parent, 0o755); // for Postfix' own user
  const { pid, stop } = await startProgram({
    command: [...IN_NAMESPACE, ...command],
    log: join(directory, 'log'),
    port,
  });
  const store = openStore(join(directory, 'queue', 'hold'));
  return { name: 'Postfix', pid, port, store, send: (load) => sendBySmtpSource(port, load), stop };
}
