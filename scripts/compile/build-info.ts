// What an executable says about where it comes from: the version of package.json, and the commit of the repository or of the environment.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What was built. */
export interface BuildInfo {
  readonly version: string;
  /** Short, `-dirty` with uncommitted changes; empty where neither repository nor environment tells. */
  readonly commit: string;
  /** Seconds since 1970: of the commit, and of every file in a release. */
  readonly epoch: number | undefined;
}

/** MAILCHUTE_COMMIT and SOURCE_DATE_EPOCH win: they are for builds without a repository, from a tarball or in a container. */
export function readBuildInfo(root: string, env: Readonly<Record<string, string | undefined>>): BuildInfo {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const commit = env['MAILCHUTE_COMMIT'] || git(root, ['describe', '--always', '--dirty', '--exclude=*']);
  const seconds = env['SOURCE_DATE_EPOCH'] || git(root, ['show', '--no-patch', '--format=%ct', 'HEAD']);
  if (!/^\d{0,11}$/.test(seconds)) throw new Error(`Cannot read SOURCE_DATE_EPOCH: ${seconds} is no number of seconds`);
  return { version, commit, epoch: seconds === '' ? undefined : Number(seconds) };
}

/** The day of the commit in UTC as in 2026-11-21; empty when it is not known. */
export function toCommitDate({ epoch }: BuildInfo): string {
  return epoch === undefined ? '' : new Date(epoch * 1000).toISOString().slice(0, 10);
}

/** Its output; empty where there is no repository. */
function git(root: string, args: readonly string[]): string {
  try {
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}
