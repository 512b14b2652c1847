// A disk that is really full, and a limit on file sizes: results say so, nothing is half written, and it passes.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { toProgramCommand } from '../support/program-command.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const run = promisify(execFile);
const timeout = 60_000;

function toProgram(name: string, argument: string): string[] {
  return toProgramCommand(fileURLToPath(new URL(name, import.meta.url)), [argument]);
}

test('A full disk turns publishes away as full until there is room again, without a restart', async (context) => {
  const directory = makeTemporaryDirectory(context);
  // A mount namespace of its own: the disk is seen by this program alone and goes with it.
  const user = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  const script = 'mount -t tmpfs -o size=80m tmpfs "$0" && exec "$@"';
  const command = [
    ...user,
    '--mount',
    'sh',
    '-c',
    script,
    directory,
    ...toProgram('embedded-full-program.ts', directory),
  ];
  const { stdout } = await run('unshare', command, { timeout });
  const { events } = JSON.parse(stdout);
  // Once when the queue filled the disk, once for the large message, once when another file filled it.
  assert.equal(events.filter((event: string) => event === 'outlet.publish-failed').length, 3);
  assert.deepEqual(events.slice(-2), ['outlet.unavailable', 'outlet.ready']);
});

test('A limit on file sizes turns publishes away as full, and what was stored stays whole', async (context) => {
  const path = join(makeTemporaryDirectory(context), 'queue.db');
  // Deno would die of the signal, were it not ignored; Node ignores it by itself.
  const script = 'trap "" XFSZ; ulimit -f 40000; exec "$@"';
  const { stdout } = await run('sh', ['-c', script, 'sh', ...toProgram('embedded-limit-program.ts', path)], {
    timeout,
  });
  assert.match(stdout, /^full: queue-path .*queue\.db: /);
});
