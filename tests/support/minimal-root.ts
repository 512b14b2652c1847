// Provides the smallest Debian root there is (debootstrap's minbase), to show that the executable needs nothing more.
import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

const suite = 'bookworm';
const run = promisify(execFile);

/**
 * A fresh copy of the root; whoever asks removes it. The first call on a machine needs root and the package mirror and
 * takes half a minute, later ones copy what that left in the cache folder.
 */
export async function makeMinimalRoot(): Promise<string> {
  const cached = join(
    process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
    'mailchute-tests',
    `${suite}-minbase`,
  );
  if (!existsSync(cached)) await bootstrap(cached);
  const copy = mkdtempSync(join(tmpdir(), 'mailchute-root-'));
  await run('cp', ['--archive', '--reflink=auto', `${cached}/.`, copy]);
  return copy;
}

/** Builds beside and renames: an interrupted run leaves no half root that a later one would take for whole. */
async function bootstrap(target: string): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('Cannot make a minimal Debian root: run the tests as root');
  const building = `${target}.${process.pid}`;
  mkdirSync(building, { recursive: true });
  const mirror = findMirror();
  const args = ['--variant=minbase', suite, building, ...(mirror === undefined ? [] : [mirror])];
  try {
    await run('/usr/sbin/debootstrap', args, { timeout: 300_000, maxBuffer: 1 << 26 });
    renameSync(building, target);
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}

/** The mirror that this machine's apt uses for Debian itself; none means debootstrap's default. */
function findMirror(): string | undefined {
  const files = globSync(['/etc/apt/sources.list', '/etc/apt/sources.list.d/*.{list,sources}']);
  const uris = files.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    return [...text.matchAll(/^(?:URIs:|deb(?: \[[^\]]*\])?)\s+(\S+)/gm)].map((match) => match[1] ?? '');
  });
  return uris.find((uri) => /\/debian\/?$/.test(uri));
}
