// Prometheus' own opinion of a scraped text, by promtool out of its Debian package.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { unpackDebian } from './unpack-debian.ts';

// What other programs named: Inboxbooster, and the runtime's own metrics by prom-client.
const FOREIGN = /^(?:nbr_|primary_queue_|default_queue_|nodejs_|process_)/;

/** Rejects with what promtool finds in the names that are ours, and in the form of all. */
export async function checkMetrics(text: string): Promise<void> {
  const { code, found } = await runPromtool(['check', 'metrics'], text);
  const own = found.split('\n').filter((line) => line !== '' && !FOREIGN.test(line));
  // 3: something about style.
  if (own.length > 0 || (code !== 0 && code !== 3)) throw new Error(`promtool (${code}): ${own.join('; ')}`);
}

/** Rejects with what promtool finds in a file of alerts. */
export async function checkRules(path: string): Promise<void> {
  const { code, found } = await runPromtool(['check', 'rules', path], '');
  if (code !== 0) throw new Error(`promtool (${code}): ${found}`);
}

async function runPromtool(
  args: readonly string[],
  input: string,
): Promise<{ readonly code: unknown; readonly found: string }> {
  const child = spawn(await unpackDebian('prometheus', 'usr/bin/promtool'), args, {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let found = '';
  child.stderr.setEncoding('utf8').on('data', (piece: string) => found += piece);
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  return { code, found };
}
