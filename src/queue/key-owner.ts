// Which process has the claim on an Idempotency-Key, in words by which another one can tell that it is gone.

import { randomBytes } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import process from 'node:process';

/** Names this process: its namespace of process ids, its process id, and what no other start of it has. */
export function createKeyOwner(pid = process.pid): string {
  return `${readNamespace()} ${pid} ${randomBytes(8).toString('hex')}`;
}

/**
 * Whether the process that `owner` names is surely gone; `self` names this one. Where that cannot be seen from here, as
 * from another container, it is not, and the lease decides.
 */
export function isOwnerGone(owner: string, self: string): boolean {
  if (owner === self) return false;
  const [namespace, pid] = owner.split(' ');
  const [ownNamespace, ownPid] = self.split(' ');
  if (namespace !== ownNamespace || namespace === UNKNOWN) return false;
  return pid === ownPid || !isRunning(Number(pid));
}

const UNKNOWN = '-';

function readNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return UNKNOWN;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user may not be signalled, but it is there.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
