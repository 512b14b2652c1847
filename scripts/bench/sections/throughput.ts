// The main comparison: messages of several sizes over persistent sessions, and small ones with a connection each.
import type { Contender } from '../contender.ts';
import { type Bench, compare } from '../rounds.ts';
import { formatBytes } from '../table.ts';

/** The section of persistent sessions; its rows are named after the size. */
export const THROUGHPUT = 'throughput';
/** The section of one connection for each message. */
export const CONNECTIONS = 'connections';

const SMALL = 4096;
// A compiler at run time wants to have seen a few thousand messages; later rows find the servers warm.
const WARM_UP = 4000;

/** Persistent sessions, every size. */
export async function runThroughput(bench: Bench, contenders: readonly Contender[]): Promise<void> {
  const { sizes, sessions } = bench.options;
  for (const [row, bytes] of sizes.entries()) {
    const mail = { bytes, sessions };
    const trial = row === 0 && bytes <= SMALL ? { trial: WARM_UP } : {};
    await compare(bench, { section: THROUGHPUT, load: formatBytes(bytes), contenders, mail, ...trial });
  }
}

/** One connection for each message; the publisher has none to compare. */
export async function runConnections(bench: Bench, contenders: readonly Contender[]): Promise<void> {
  const { sessions } = bench.options;
  const servers = contenders.filter(({ port }) => port !== undefined);
  const mail = { bytes: SMALL, sessions, reconnect: true };
  await compare(bench, { section: CONNECTIONS, load: formatBytes(SMALL), contenders: servers, mail });
}
