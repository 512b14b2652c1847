// Sets up a Postfix of its own in a directory: configuration, queue, and the command that runs it until it is killed.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runSender } from './handover.ts';

/** What this Postfix is for. */
export interface PostfixSettings {
  /** Everything of it goes below here; Postfix' own user is let in. */
  readonly directory: string;
  /** Lines of main.cf beside those that say where things are. */
  readonly main: readonly string[];
  /** Lines of master.cf beside the daemons that every Postfix has. */
  readonly services: readonly string[];
}

/** How it is run. */
export interface PostfixInstance {
  /** The directory of main.cf, for Postfix' other commands. */
  readonly configuration: string;
  /** Runs it in the foreground. */
  readonly command: readonly string[];
}

/** The program; Debian's package postfix has it. */
export const POSTFIX = '/usr/sbin/postfix';

/** In a process namespace of their own, all daemons go when the first process goes. */
export const IN_NAMESPACE: readonly string[] = ['unshare', '--pid', '--fork', '--kill-child'];

/** None of the daemons is in a chroot. */
const SERVICES = [
  'postlog   unix-dgram n - n - 1 postlogd',
  'pickup    unix n - n 60 1 pickup',
  'cleanup   unix n - n - 0 cleanup',
  'qmgr      unix n - n 300 1 qmgr',
  'tlsmgr    unix - - n 1000? 1 tlsmgr',
  'rewrite   unix - - n - - trivial-rewrite',
  'bounce    unix - - n - 0 bounce',
  'defer     unix - - n - 0 bounce',
  'trace     unix - - n - 0 bounce',
  'flush     unix n - n 1000? 0 flush',
  'proxymap  unix - - n - - proxymap',
  'retry     unix - - n - - error',
  'error     unix - - n - - error',
];

const QUEUES = [
  ...['active', 'bounce', 'corrupt', 'defer', 'deferred', 'flush', 'hold', 'incoming', 'maildrop', 'pid', 'private'],
  ...['public', 'saved', 'trace'],
];

/** Writes everything that it needs; rejects without root. */
export async function preparePostfix({ directory, main, services }: PostfixSettings): Promise<PostfixInstance> {
  const configuration = join(directory, 'etc');
  mkdirSync(configuration);
  const places = [
    'compatibility_level = 3.6',
    `queue_directory = ${join(directory, 'queue')}`,
    `data_directory = ${join(directory, 'data')}`,
  ];
  writeFileSync(join(configuration, 'main.cf'), toLines([...places, ...main]));
  writeFileSync(join(configuration, 'master.cf'), toLines([...services, ...SERVICES]));
  const folders = ['data', ...QUEUES.map((name) => join('queue', name))].map((name) => join(directory, name));
  await runSender('install', ['--directory', '--owner=postfix', ...folders], '');
  // Its daemons are another user's, who has to get there. The file says that all is in place, which saves long checks.
  chmodSync(directory, 0o755);
  writeFileSync(join(directory, 'queue', 'quick-start'), '');
  return { configuration, command: [POSTFIX, '-c', configuration, 'start-fg'] };
}

function toLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
