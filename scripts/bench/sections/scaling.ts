// Whether the cost grows with the work and no faster: recipients, sessions, size, odd contents, header lines, idle sessions.
import type { Client } from '../client.ts';
import { measureByClient } from '../client.ts';
import { headerBytes, type Shape } from '../content.ts';
import type { Contender, Load, Surroundings } from '../contender.ts';
import { type GatewayContender, startGateway } from '../contenders/gateway.ts';
import { withContenders } from '../contenders/group.ts';
import { startPrototype } from '../contenders/prototype.ts';
import { measure } from '../measure.ts';
import { readTree, type TreeUse } from '../process-tree.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sample } from '../results.ts';
import { type Bench, compare, reportMissing, sayRow } from '../rounds.ts';
import { formatBytes } from '../table.ts';

/** The sections, one for each kind of work. */
export const SCALING = {
  recipients: 'recipients',
  sessions: 'sessions',
  size: 'size',
  contents: 'contents',
  headers: 'header lines',
  idle: 'idle sessions',
} as const;

/** The loads in the order of their work. */
export const RECIPIENTS = [1, 10, 100, 1000] as const;
export const SESSIONS = [1, 20, 100, 1000] as const;
export const BYTES = [1024, 10_240, 102_400, 1_048_576, 10_485_760, 100_000_000] as const;
export const HEADER_LINES = [1000, 10_000, 100_000] as const;
/** Dots beside the same number of bytes and lines without. */
export const SHAPES: readonly Shape[] = ['text', 'dots', 'short lines', 'single dots'];

const SMALL = 4096;
const CONTENT_BYTES = 500_000;
const MESSAGES_PER_SESSION = 10;
const IDLE_SESSIONS = 10_000;
// Above the idle sessions and below the limit of descriptors that most systems give.
const MOST_SESSIONS = 12_000;

interface Scene {
  readonly bench: Bench;
  readonly client: Client;
  readonly gateway: Contender;
  readonly prototype: Contender;
}

/** All kinds of work, on a gateway that may take messages of 100 MB and has room for the sessions. */
export async function runScaling(
  bench: Bench,
  { surroundings, client }: { readonly surroundings: Surroundings; readonly client: Client },
): Promise<void> {
  const config = {
    'smtp-connections': MOST_SESSIONS,
    'rabbitmq-max-message-size': '127MB',
    'memory-limit': '1GB',
  };
  const starters = [
    () => startGateway(surroundings, { config }),
    () => startPrototype(surroundings),
  ];
  await withContenders<Contender>(starters, async ([gateway, prototype]) => {
    if (gateway === undefined || prototype === undefined) return;
    const scene = { bench, client, gateway, prototype };
    await growRecipients(scene);
    await growSessions(scene);
    await growSize(scene);
    await varyContents(scene);
    await growHeaders(scene);
  });
  await holdIdle(bench, { surroundings, client, config });
}

/** A run whose cost is told by the unit of work: the record, the KiB, the line. */
async function perUnit(units: number, run: () => Promise<Sample>): Promise<Sample> {
  const { rate = NaN, cpuUs = NaN, brokerUs = NaN, rssMb = NaN } = await run();
  return { rate, unitUs: cpuUs / units, cpuUs, brokerUs, rssMb };
}

async function growRecipients({ bench, client, gateway }: Scene): Promise<void> {
  const { meter } = bench;
  for (const recipients of RECIPIENTS) {
    const load = `${recipients}`;
    const mail = { bytes: SMALL, sessions: 1, recipients };
    const run = (contender: Contender, load: Load) =>
      perUnit(recipients, () => measureByClient(contender, load, { client, meter }));
    const trial = Math.max(2, 500 / recipients);
    await compare(bench, { section: SCALING.recipients, load, contenders: [gateway], mail, trial, least: 2, run });
  }
}

async function growSessions({ bench, gateway }: Scene): Promise<void> {
  const run = (contender: Contender, load: Load) => perUnit(1, () => measure(contender, load, bench.meter));
  for (const sessions of SESSIONS) {
    const mail = { bytes: SMALL, sessions };
    // Otherwise the opening of a session is most of what it costs.
    const least = sessions * MESSAGES_PER_SESSION;
    await compare(bench, { section: SCALING.sessions, load: `${sessions}`, contenders: [gateway], mail, least, run });
  }
}

async function growSize({ bench, gateway }: Scene): Promise<void> {
  for (const bytes of BYTES) {
    const mail = { bytes, sessions: 2 };
    const run = (contender: Contender, load: Load) =>
      perUnit(bytes / 1024, () => measure(contender, load, bench.meter));
    const trial = Math.max(2, Math.min(1000, Math.round(20_000_000 / bytes)));
    const load = formatBytes(bytes);
    await compare(bench, { section: SCALING.size, load, contenders: [gateway], mail, trial, least: 2, run });
  }
}

async function varyContents({ bench, client, gateway, prototype }: Scene): Promise<void> {
  const { meter } = bench;
  for (const shape of SHAPES) {
    const mail = { bytes: CONTENT_BYTES, sessions: 2 };
    const run = (contender: Contender, load: Load) =>
      perUnit(1, () => measureByClient(contender, { ...load, shape }, { client, meter }));
    const contenders = [gateway, prototype];
    await compare(bench, { section: SCALING.contents, load: shape, contenders, mail, trial: 10, least: 5, run });
  }
}

async function growHeaders({ bench, client, gateway }: Scene): Promise<void> {
  const { meter } = bench;
  for (const lines of HEADER_LINES) {
    const mail = { bytes: headerBytes(lines), sessions: 2 };
    const run = (contender: Contender, load: Load) =>
      perUnit(lines, () => measureByClient(contender, { ...load, shape: 'headers' }, { client, meter }));
    const load = lines.toLocaleString('en');
    await compare(bench, { section: SCALING.headers, load, contenders: [gateway], mail, trial: 10, least: 5, run });
  }
}

/** Memory that a greeted session takes while it does nothing. */
async function holdIdle(
  bench: Bench,
  { surroundings, client, config }: {
    readonly surroundings: Surroundings;
    readonly client: Client;
    readonly config: Readonly<{ [key: string]: string | number }>;
  },
): Promise<void> {
  const load = IDLE_SESSIONS.toLocaleString('en');
  try {
    await withContenders<GatewayContender>([() => startGateway(surroundings, { config })], async ([gateway]) => {
      if (gateway === undefined) return;
      const { port, pid, name } = gateway;
      // What the first sessions bring, such as compiled code, is not a session's memory.
      await client.ask({ port, idle: 100 });
      const before = await settle(pid);
      await client.ask({ port, idle: IDLE_SESSIONS });
      const after = await settle(pid);
      const bytes = (after.residentBytes - before.residentBytes) / (IDLE_SESSIONS - 100);
      bench.results.add({ section: SCALING.idle, load, contender: name }, {
        kbPerSession: bytes / 1000,
        rssMb: after.residentBytes / 1e6,
      });
      sayRow(bench, { section: SCALING.idle, load, contender: name });
      await client.ask({ port, idle: 0 });
    });
  } catch (error) {
    reportMissing(bench, `${SCALING.idle}, ${load}`, { error });
  }
}

/** The greetings' garbage may be gone by then; nothing tells when. */
async function settle(pid: number): Promise<TreeUse> {
  await sleep(2000);
  return readTree(pid);
}
