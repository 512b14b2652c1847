// Reads from /proc what a server's processes have used, those that have ended included.
import { readdirSync, readFileSync } from 'node:fs';

// Linux counts the times in /proc in hundredths of a second on every architecture, and resident memory in pages.
const US_PER_TICK = 10_000;
const BYTES_PER_PAGE = 4096;

/** One process as /proc/PID/stat has it. */
export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** User and system time of the process and of all children that it waited for, in microseconds. */
  readonly cpuUs: number;
  readonly residentBytes: number;
}

/** What a tree of processes has used so far. */
export interface TreeUse {
  readonly cpuUs: number;
  readonly residentBytes: number;
  readonly processes: number;
}

/** The fields of one line of /proc/PID/stat (proc(5)); the command name may hold spaces and parentheses. */
export function parseStat(text: string): ProcessStat {
  const open = text.indexOf('(');
  // Field 3 of the manual is the first one behind the name.
  const fields = text.slice(text.lastIndexOf(')') + 2).trim().split(' ').map(Number);
  const field = (number: number) => fields[number - 3] ?? NaN;
  const ticks = field(14) + field(15) + field(16) + field(17);
  return {
    pid: Number(text.slice(0, open)),
    parent: field(4),
    cpuUs: ticks * US_PER_TICK,
    residentBytes: field(24) * BYTES_PER_PAGE,
  };
}

/** Sums the process and all that descend from it. A child that ended counts with the parent that waited for it. */
export function sumTree(stats: readonly ProcessStat[], root: number): TreeUse {
  const children = Map.groupBy(stats, ({ parent }) => parent);
  const tree = stats.filter(({ pid }) => pid === root);
  for (const { pid } of tree) tree.push(...children.get(pid) ?? []);
  return {
    cpuUs: tree.reduce((sum, { cpuUs }) => sum + cpuUs, 0),
    residentBytes: tree.reduce((sum, { residentBytes }) => sum + residentBytes, 0),
    processes: tree.length,
  };
}

/** What the tree below this process has used; throws when the process is gone. */
export function readTree(root: number): TreeUse {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const use = sumTree(pids.flatMap(readStat), root);
  if (use.processes === 0) throw new Error(`Cannot measure process ${root}: it has ended`);
  return use;
}

function readStat(pid: string): ProcessStat[] {
  try {
    return [parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))];
  } catch {
    // It ended between the listing and the reading.
    return [];
  }
}
