// Which system calls the executable makes at work, beside those that the unit lets through: systemd would refuse the rest.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { freePorts } from '../../tests/support/free-port.ts';

const executable = resolve(import.meta.dirname, '..', '..', 'dist', 'mailchute');
const deadlineMs = 60_000;
// SQLite gives new files to their directory's owner when it is run by root, which the service is not.
const asRootOnly = ['fchown'];

/** The calls of a set of systemd's, and of the sets in it. */
function expand(set: string): string[] {
  const lines = execFileSync('systemd-analyze', ['syscall-filter', set], { encoding: 'utf8' }).split('\n').slice(1);
  const names = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  return names.flatMap((name) => name.startsWith('@') ? expand(name) : [name]);
}

/** What the unit's SystemCallFilter lines leave. */
function readAllowed(unit: string): Set<string> {
  const allowed = new Set<string>();
  for (const [, taken, set = ''] of unit.matchAll(/^SystemCallFilter=(~?)(\S+)$/gm)) {
    for (const name of expand(set)) {
      if (taken === '~') allowed.delete(name);
      else allowed.add(name);
    }
  }
  return allowed;
}

/** Has the executable, with two workers and TLS, take a mail by each door, and returns the calls that it made. */
async function observe(directory: string): Promise<string[]> {
  const [smtp = 0, http = 0] = await freePorts(2);
  const doors = ['--smtp-ip=127.0.0.1', `--smtp-port=${smtp}`, '--http-ip=127.0.0.1', `--http-port=${http}`];
  const more = ['--smtp-certificate=self-signed', '--smtp-threads=2', '--smtp-check=spf', '--dns-timeout=1'];
  const counted = join(directory, 'calls');
  const args = ['-f', '-qq', '-c', '-U', 'name', '-o', counted, executable, 'serve', ...doors, ...more];
  const traced = spawn('strace', args, { cwd: directory, stdio: ['ignore', 'pipe', 'ignore'] });
  const timer = setTimeout(() => traced.kill('SIGTERM'), deadlineMs);
  let said = '';
  await new Promise<void>((open, fail) => {
    traced.stdout.setEncoding('utf8').on('data', (text: string) => /^HTTP /m.test(said += text) && open());
    traced.once(
      'exit',
      () => fail(new Error('Cannot look at the system calls: the gateway ended (is it there? npm run compile)')),
    );
  });
  const envelope = ['--mail-from', 'me@example.com', '--mail-rcpt', 'you@example.org', '--upload-file', '-'];
  const input = 'Subject: hello\r\n\r\nHi.\r\n';
  const curl = ['-sS', '--insecure', '--max-time', '30'];
  execFileSync('curl', [...curl, '--ssl-reqd', `smtp://127.0.0.1:${smtp}`, ...envelope], { input });
  const mail = '{"envelope":"me@example.com","recipient":"you@example.org","mime":"Subject: hello\\n\\nHi.\\n"}';
  execFileSync('curl', [...curl, '--fail-with-body', `http://127.0.0.1:${http}/v1/messages`, '--json', mail]);
  const gone = once(traced, 'exit');
  // strace passes it on to the gateway and stays until that has ended.
  execFileSync('pkill', ['-TERM', '-P', String(traced.pid)]);
  await gone;
  clearTimeout(timer);
  return readFileSync(counted, 'utf8').split('\n').map((line) => line.trim()).filter((name) => /^\w+$/.test(name));
}

/** The calls that the unit would refuse; empty is as it should be. */
export async function findRefusedCalls(unit: string, directory: string): Promise<{ made: number; refused: string[] }> {
  const allowed = readAllowed(unit);
  const made = (await observe(directory)).filter((name) => !['syscall', 'total', ...asRootOnly].includes(name));
  return { made: made.length, refused: made.filter((name) => !allowed.has(name)) };
}
