// The npm packages that carry Node's binaries, one a platform: what an executable is made of.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Platforms that an executable can be made for. */
export const TARGETS = ['linux-x64', 'linux-arm64'] as const;
export type Target = (typeof TARGETS)[number];

/** The folder of the pinned package: not the Node that runs this script, so that every build is the same. */
export function findNodePackage(root: string, target: Target): string {
  const name = `node-${target}`;
  const installed = join(root, 'node_modules', name);
  return existsSync(join(installed, 'bin', 'node')) ? installed : fetchPackage(root, name);
}

/** npm leaves out what is for another platform: it is fetched here as the lock file has it, once. */
function fetchPackage(root: string, name: string): string {
  const { version, integrity } = readLock(root, name);
  const folder = join(root, 'dist', 'runtimes');
  const target = join(folder, `${name}-${version}`);
  if (existsSync(join(target, 'bin', 'node'))) return target;
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, 'fetch-'));
  try {
    // Asked for in a folder without a package.json, npm does not care that the package is for another platform.
    execFileSync('npm', ['pack', '--silent', `${name}@${version}`], {
      cwd: work,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const archive = join(work, `${name}-${version}.tgz`);
    const digest = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    if (digest !== integrity) throw new Error(`Cannot use ${name} ${version}: it is not what package-lock.json has`);
    execFileSync('tar', ['-xzf', archive, '-C', work]);
    renameSync(join(work, 'package'), target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return target;
}

function readLock(root: string, name: string): { version: string; integrity: string } {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string; integrity: string }>;
  };
  const locked = packages[`node_modules/${name}`];
  if (locked === undefined) throw new Error(`Cannot compile: package-lock.json has no ${name}`);
  return locked;
}
