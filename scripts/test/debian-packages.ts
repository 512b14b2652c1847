// Makes sure that real components are there, from Debian: those of the tests (broker, mail clients, tracer) or others.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { say } from './step.ts';

/** A package, and the file or command that shows that it is installed. */
export type DebianPackage = readonly [name: string, proof: string];

const neededByTests: readonly DebianPackage[] = [
  ['rabbitmq-server', '/usr/lib/rabbitmq/bin/rabbitmq-server'],
  ['swaks', 'swaks'],
  ['libnet-ssleay-perl', '/usr/share/doc/libnet-ssleay-perl'],
  ['strace', 'strace'],
  ['libfaketime', '/usr/share/doc/libfaketime'],
  ['debootstrap', 'debootstrap'],
  ['curl', 'curl'],
  ['haproxy', 'haproxy'],
  ['iproute2', 'ip'],
  ['logrotate', 'logrotate'],
  ['python3', 'python3'],
  ['slapd', 'slapd'],
  ['freeradius', 'freeradius'],
  ['whois', 'mkpasswd'],
  ['openssl', 'openssl'],
  ['knot', 'knotd'],
  ['spamd', 'spamd'],
  ['msmtp', 'msmtp'],
  ['postfix', 'postfix'],
  ['libsasl2-modules', '/usr/share/doc/libsasl2-modules'],
  ['chromium', 'chromium'],
  // What Exim needs, which the tests take out of its own package: installed, it would drive out Postfix.
  ['libgnutls-dane0', '/usr/share/doc/libgnutls-dane0'],
  ['libidn12', '/usr/share/doc/libidn12'],
];

/** Installs what is missing; returns the fault as text when something is still missing afterwards. */
export function installDebianPackages(needed: readonly DebianPackage[] = neededByTests): string | undefined {
  const missing = findMissing(needed);
  if (missing.length === 0) return undefined;
  if (process.getuid?.() !== 0) return `FAILED (as root: apt-get install ${missing.join(' ')})`;
  say(`   apt-get install ${missing.join(' ')}`);
  aptGet(['update']);
  const fault = aptGet(['install', '--yes', '--no-install-recommends', ...missing]);
  const still = findMissing(needed);
  return still.length === 0 ? undefined : `FAILED (cannot install ${still.join(' ')})\n${fault}`;
}

function findMissing(needed: readonly DebianPackage[]): string[] {
  return needed.filter(([, proof]) => !isThere(proof)).map(([name]) => name);
}

function isThere(proof: string): boolean {
  // Some of them are for the administrator, whose folders an ordinary PATH leaves out.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return proof.startsWith('/') ? existsSync(proof) : folders.some((folder) => existsSync(join(folder, proof)));
}

/** The end of apt-get's output when it failed, else an empty text. */
function aptGet(args: string[]): string {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status, stdout, stderr } = spawnSync('apt-get', args, { env, encoding: 'utf8', timeout: 300_000 });
  return status === 0 ? '' : `${stdout}${stderr}`.slice(-4000);
}
