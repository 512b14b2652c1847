// Runs Exim, out of its Debian package without installing it, as an agent that hands one message to a smart host.
import { chmodSync, chownSync, copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { type Handover, runSender, SENDER_NAME } from './handover.ts';
import { unpackDebian } from './unpack-debian.ts';

// Installed, it would drive out Postfix: Debian has one mail transfer agent at a time.
const PACKAGE = 'exim4-daemon-light';
/** Debian's number of the user and the group that own nothing. */
const NOBODY = 65534;

function toConfiguration(program: string, { port, tls, login, host, ca, source, directory }: Handover): string {
  const security = tls === 'none' ? ['hosts_avoid_tls = *'] : [
    `protocol = ${tls === 'implicit' ? 'smtps' : 'smtp'}`,
    'hosts_require_tls = *',
    `tls_sni = ${host}`,
    `tls_verify_certificates = ${ca}`,
    'tls_verify_hosts = *',
    // It would compare the certificate's name with the address.
    'tls_verify_cert_hostnames =',
  ];
  const authentication = login === undefined ? [] : [
    'begin authenticators',
    'plain:',
    'driver = plaintext',
    'public_name = PLAIN',
    `client_send = ^${login.username}^${login.password}`,
  ];
  return [
    // It starts itself again to deliver.
    `exim_path = ${program}`,
    'deliver_drop_privilege',
    'keep_environment =',
    `primary_hostname = ${SENDER_NAME}`,
    `spool_directory = ${join(directory, 'spool')}`,
    `log_file_path = ${join(directory, 'log')}/%slog`,
    'begin routers',
    'smart_host:',
    'driver = manualroute',
    'transport = to_smart_host',
    'route_list = * 127.0.0.1 byname',
    'self = send',
    'begin transports',
    'to_smart_host:',
    'driver = smtp',
    `port = ${port}`,
    'allow_localhost',
    `interface = ${source}`,
    ...(login === undefined ? [] : ['hosts_require_auth = *']),
    ...security,
    ...authentication,
    '',
  ].join('\n');
}

/** Sends one message; rejects with the log when it is not sent at the first attempt. */
export async function sendByExim(handover: Handover): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('Cannot run Exim: run the tests as root');
  const { directory, from, to, content } = handover;
  const program = join(directory, 'exim4');
  // The cache may be in a folder that the other user cannot enter.
  copyFileSync(await unpackDebian(PACKAGE, 'usr/sbin/exim4'), program);
  chmodSync(program, 0o755);
  // Its queue and its log are those of another user.
  chownSync(directory, NOBODY, NOBODY);
  const configuration = join(directory, 'exim.conf');
  writeFileSync(configuration, toConfiguration(program, handover), { mode: 0o644 });
  const exim = [program, '-C', configuration, '-odf', '-oi', '-f', from, '--', to];
  const said = await runSender('unshare', ['--mount', 'sh', '-c', withUser(directory), 'sh', ...exim], content);
  const log = join(directory, 'log', 'mainlog');
  const logged = existsSync(log) ? readFileSync(log, 'utf8') : '';
  if (!/ => .* C="250[ -]/.test(logged)) throw new Error(`Exim did not send: ${said}${logged}`);
}

/** Debian's Exim insists on a user whom only the package's installation makes; the lists with it are seen by it alone. */
function withUser(directory: string): string {
  const lists = [
    { name: 'passwd', line: `Debian-exim:x:${NOBODY}:${NOBODY}::/nonexistent:/bin/false` },
    { name: 'group', line: `Debian-exim:x:${NOBODY}:` },
  ];
  for (const { name, line } of lists) {
    writeFileSync(join(directory, name), `${readFileSync(join('/etc', name), 'utf8')}${line}\n`);
  }
  const mounts = lists.map(({ name }) => `mount --bind ${join(directory, name)} /etc/${name}`);
  return `${mounts.join(' && ')} && exec "$@"`;
}
