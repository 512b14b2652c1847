// Takes a program out of its Debian package without installing it, once for all tests to come.
import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Resolves to the path of the program, which stands at `path` in the package. */
export async function unpackDebian(name: string, path: string): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'mailchute-tests');
  const target = join(cache, name);
  const program = join(target, path);
  if (existsSync(program)) return program;
  const building = `${target}.${process.pid}`;
  mkdirSync(building, { recursive: true });
  try {
    await run('apt-get', ['download', name], { cwd: building, timeout: 120_000 });
    const [file = ''] = globSync(`${name}_*.deb`, { cwd: building });
    await run('dpkg', ['-x', join(building, file), join(building, 'root')]);
    renameSync(join(building, 'root'), target);
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
  return program;
}
