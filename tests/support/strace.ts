// Reads what strace recorded and finds promises that left the process before the log they rest on was on the disk.

/** Writes and syncs only; long strings, since a promise is recognised by its id in the bytes that were written. */
const OPTIONS = ['-f', '-y', '-s', '100000', '-e', 'signal=none', '-e'];
const CALLS = 'trace=fdatasync,fsync,pwrite64,write,writev,sendto,sendmsg';

/** One system call; `begin` and `end` are the lines where it started and returned. */
export interface SystemCall {
  readonly name: string;
  /** What the first descriptor stands for: a path, `pipe:[…]` or `socket:[…]`. */
  readonly target: string;
  /** The rest of the arguments as strace prints them. */
  readonly data: string;
  readonly begin: number;
  readonly end: number;
  /** Whether it returned without an error. */
  readonly ok: boolean;
}

/** What to look for. */
export interface PromiseRule {
  /** Whether this path is the log that must have been synced. */
  readonly isLog: (path: string) => boolean;
  /** Finds the ids in bytes that are written to pipes and sockets; its first group is the id. Needs the flag `g`. */
  readonly promise: RegExp;
}

/** The ids that were promised, and those of them that were not on the disk by then. */
export interface PromiseReport {
  readonly promised: string[];
  readonly early: string[];
  /** Syncs of the log. */
  readonly syncs: number;
}

/** The command line that runs `command` and records its system calls in the file `output`. */
export function toStraceCommand(command: readonly string[], output: string): string[] {
  return ['strace', ...OPTIONS, CALLS, '-o', output, ...command];
}

/** Parses the file that strace wrote; calls are in the order in which they started. */
export function parseStrace(text: string): SystemCall[] {
  const calls: SystemCall[] = [];
  const unfinished = new Map<string, { begin: number; text: string }>();
  text.split('\n').forEach((line, index) => {
    const [, pid = '', rest = ''] = line.match(/^(\d+) +(.*)$/s) ?? [];
    const resumed = rest.match(/^<\.\.\. \w+ resumed>(.*)$/s);
    if (rest.endsWith('<unfinished ...>')) {
      unfinished.set(pid, { begin: index, text: rest.slice(0, -'<unfinished ...>'.length) });
      return;
    }
    const start = resumed === null ? undefined : unfinished.get(pid);
    const call = toCall((start?.text ?? '') + (resumed?.[1] ?? rest), { begin: start?.begin ?? index, end: index });
    if (call !== undefined) calls.push(call);
  });
  return calls.sort((one, other) => one.begin - other.begin);
}

function toCall(text: string, lines: { readonly begin: number; readonly end: number }): SystemCall | undefined {
  const call = text.match(/^(\w+)\(\d+<([^>]*)>(.*)\) += (-?\d+|\?)/s);
  if (call === null) return undefined;
  const [, name = '', target = '', data = '', result = ''] = call;
  return { name, target, data, ...lines, ok: /^\d/.test(result) };
}

/** For each id: the first write of it into the log, a sync of the log begun after that, and only then the promise. */
export function findEarlyPromises(calls: readonly SystemCall[], { isLog, promise }: PromiseRule): PromiseReport {
  const promises = new Map<string, SystemCall>();
  for (const call of calls) {
    if (call.target.startsWith('/')) continue;
    for (const [, id = ''] of call.data.matchAll(promise)) if (!promises.has(id)) promises.set(id, call);
  }
  const log = calls.filter(({ target, ok }) => ok && isLog(target));
  const syncs = log.filter(({ name }) => name === 'fdatasync' || name === 'fsync');
  const writes = findWrites(log, new Set(promises.keys()));
  const early = [...promises].filter(([id, { begin }]) => {
    const written = writes.get(id);
    return written === undefined || !syncs.some((sync) => sync.begin > written.end && sync.end < begin);
  });
  return { promised: [...promises.keys()], early: early.map(([id]) => id), syncs: syncs.length };
}

function findWrites(log: readonly SystemCall[], ids: Set<string>): Map<string, SystemCall> {
  const writes = new Map<string, SystemCall>();
  for (const call of log) {
    for (const id of ids) {
      if (!call.data.includes(id)) continue;
      writes.set(id, call);
      ids.delete(id);
    }
  }
  return writes;
}
