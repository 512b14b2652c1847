// What Linux says about a running process: its memory and its open descriptors.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const QUIET_DEADLINE_MS = 15_000;
const LOOK_AGAIN_MS = 5;

/** A heap that may grow is collected late: only a small one tells what is kept from what has not been looked at yet. */
export const SMALL_HEAP = {
  NODE_OPTIONS: '--max-old-space-size=96 --max-semi-space-size=4',
  DENO_V8_FLAGS: '--max-old-space-size=96,--max-semi-space-size=4',
};

/** Resident memory in bytes. */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kilobytes === undefined) throw new Error(`/proc/${pid}/status names no VmRSS`);
  return Number(kilobytes) * 1024;
}

/** Number of open descriptors. */
export function openDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** The number of descriptors once it has stayed the same for a while; no event from outside tells when that is. */
export async function settledDescriptors(pid: number): Promise<number> {
  let count = openDescriptors(pid);
  for (let same = 0; same < 40; same++) {
    await sleep(25);
    const now = openDescriptors(pid);
    if (now !== count) same = 0;
    count = now;
  }
  return count;
}

/** Resolves when the process has no more descriptors than before. */
export async function untilQuiet(pid: number, descriptors: number): Promise<void> {
  const deadline = Date.now() + QUIET_DEADLINE_MS;
  for (let left = 1; left > 0; await sleep(LOOK_AGAIN_MS)) {
    left = openDescriptors(pid) - descriptors;
    if (left > 0 && Date.now() > deadline) throw new Error(`${left} descriptors are still open`);
  }
}
