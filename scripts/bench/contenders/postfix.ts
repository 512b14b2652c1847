// Starts Postfix's smtpd with a configuration and a queue of its own; all mail stays in its hold queue, fsynced.
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { freePorts } from '../../../tests/support/free-port.ts';
import type { Contender, Store, Surroundings } from '../contender.ts';
import { runTool, startProgram } from '../program.ts';
import { sendBySmtpSource } from '../smtp-source.ts';

const QUEUES = [
  ...['active', 'bounce', 'corrupt', 'defer', 'deferred', 'flush', 'hold', 'incoming', 'maildrop', 'pid', 'private'],
  ...['public', 'saved', 'trace'],
];

/** The daemons that take mail in; none of them in a chroot. */
function toMaster(port: number): string {
  return `
127.0.0.1:${port} inet n - n - - smtpd
postlog   unix-dgram n - n - 1 postlogd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
tlsmgr    unix - - n 1000? 1 tlsmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
anvil     unix - - n - 1 anvil
retry     unix - - n - - error
error     unix - - n - - error
`;
}

function toMain(directory: string): string {
  return [
    'compatibility_level = 3.6',
    `queue_directory = ${join(directory, 'queue')}`,
    `data_directory = ${join(directory, 'data')}`,
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
    '',
  ].join('\n');
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
  const configuration = join(directory, 'etc');
  mkdirSync(configuration, { recursive: true });
  writeFileSync(join(configuration, 'main.cf'), toMain(directory));
  writeFileSync(join(configuration, 'master.cf'), toMaster(port));
  const places = ['data', ...QUEUES.map((name) => join('queue', name))].map((name) => join(directory, name));
  await runTool(['install', '--directory', '--owner=postfix', ...places]);
  // Its daemons are another user's, who has to get there. The file says that all is in place, which saves long checks.
  for (const path of [parent, directory]) chmodSync(path, 0o755);
  writeFileSync(join(directory, 'queue', 'quick-start'), '');
  // In a process namespace of their own, all daemons go when the first process goes.
  const postfix = ['/usr/sbin/postfix', '-c', configuration, 'start-fg'];
  const command = ['unshare', '--pid', '--fork', '--kill-child', ...postfix];
  const { pid, stop } = await startProgram({ command, log: join(directory, 'log'), port });
  const store = openStore(join(directory, 'queue', 'hold'));
  return { name: 'Postfix', pid, port, store, send: (load) => sendBySmtpSource(port, load), stop };
}
