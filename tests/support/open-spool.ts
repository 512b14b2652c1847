// Opens spools for tests: on a file of the test's own, with short waits, closed when the test ends.
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Outlet } from '../../src/queue/outlet.ts';
import { openSpoolOutlet, type SpoolOutletOptions } from '../../src/queue/spool.ts';
import { createRecordingLog, type RecordingLog } from './recording-log.ts';
import { ampleRoom } from './rooms.ts';
import { createSwitchedBroker, type SwitchedBroker } from './switched-broker.ts';
import { makeTemporaryDirectory } from './temporary-directory.ts';

/** An open spool with what stands around it. */
export interface OpenSpool {
  readonly outlet: Outlet;
  readonly broker: SwitchedBroker;
  readonly log: RecordingLog;
  readonly path: string;
}

/** A new queue file's path. */
export function makeQueuePath(context: TestContext): string {
  return join(makeTemporaryDirectory(context), 'queue.db');
}

/** Opens one; with the path of another, it is a further worker of the same gateway. */
export async function openSpool(
  context: TestContext,
  { broker = createSwitchedBroker(), path = makeQueuePath(context), ...options }:
    & Partial<SpoolOutletOptions>
    & { readonly broker?: SwitchedBroker } = {},
): Promise<OpenSpool> {
  const log = createRecordingLog();
  const outlet = await openSpoolOutlet({
    path,
    maxBytes: 2 ** 30,
    connect: () => Promise.resolve(broker),
    room: ampleRoom(),
    log,
    tuning: { lookMs: [2, 5], firstWaitMs: 20 },
    ...options,
  });
  context.after(() => outlet.close());
  return { outlet, broker, log, path };
}

/** The ids that the broker's queue holds, in order. */
export function idsIn({ stored }: SwitchedBroker, queue = 'inbox'): string[] {
  return stored.filter((record) => record.queue === queue).map(({ id }) => id);
}
