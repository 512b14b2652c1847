// Shows what hostile input costs where it is looked at, and fails when twice of it costs more than its size explains.
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { parseAddressList } from '../../src/mail/address-list.ts';
import { parseAddress } from '../../src/mail/address.ts';
import { readHeaderAddresses } from '../../src/mail/header-addresses.ts';
import { headerFields, splitHeaderSection } from '../../src/mail/header-section.ts';
import { REPORT_KINDS } from '../../src/mail/report-kind.ts';
import { createPipeline } from '../../src/pipeline/ingest.ts';
import { extractXMq } from '../../src/pipeline/x-mq.ts';
import { parseReport } from '../../src/reports/parse-report.ts';
import { recogniseReport } from '../../src/reports/recognise-report.ts';
import { createRecordingLog } from '../../tests/support/recording-log.ts';
import { createRecordingOutlet } from '../../tests/support/recording-outlet.ts';
import { makeSubmission, RECEIVED_AT, SETTINGS } from '../../tests/support/submissions.ts';
import { ADDRESS_ATTACKS, MAIL_ATTACKS } from './attacks.ts';

/** Something that is done with an input. */
type Work = () => unknown;
/** The works of one attack at one size, by name. */
type Works = Readonly<Record<string, Work>>;

const ROUNDS = 3;
const TRIES = 3;
const MAX_RATIO = 2.5;
/** Milliseconds below which a ratio is printed but proves nothing, and beyond which a single work counts as hanging. */
const NOISE_MS = 100;
const GUARD_MS = 10_000;

function worksOfMail(content: Buffer): Works {
  const { header, body } = splitHeaderSection([content]);
  const kind = recogniseReport(header, body);
  const settings = { ...SETTINGS, extract: true, lineEndings: 'fix', reports: 'r', reportsFrom: 'all' } as const;
  return {
    scan: () => [...headerFields(splitHeaderSection([content]).header)].length,
    extract: () => extractXMq(header),
    addresses: () => readHeaderAddresses(header),
    recognise: () => recogniseReport(header, body),
    // What was not recognised is never parsed; here it is, by every parser.
    ...Object.fromEntries((kind === undefined ? REPORT_KINDS : [kind]).map((each) => [
      `parse ${each}`,
      () => parseReport(each, [content]),
    ])),
    ingest: () =>
      createPipeline({
        settings,
        outlet: createRecordingOutlet(),
        log: createRecordingLog(),
        nextId: () => 'ID',
        now: () => RECEIVED_AT,
      })
        .ingest(makeSubmission({ content: [content] })),
  };
}

function worksOfAddress(text: string): Works {
  return {
    list: () => parseAddressList(text),
    strict: () => parseAddress(text, { policy: 'strict', smtputf8: true, allow: 'recipient' }),
    loose: () => parseAddress(text, { policy: 'loose', smtputf8: true, allow: 'recipient' }),
  };
}

function worksOf(name: string, bytes: number): Works {
  const mail = MAIL_ATTACKS[name];
  if (mail !== undefined) return worksOfMail(mail(bytes));
  return worksOfAddress(ADDRESS_ATTACKS[name]?.(bytes) ?? '');
}

/** The fastest of some rounds, in milliseconds of the processor's time: other programs do not count. */
async function fastest(work: Work): Promise<number> {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    globalThis.gc?.(); // what the last round left behind is not this one's cost
    const start = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1000);
    if (best > GUARD_MS) break;
  }
  return best;
}

interface Cost {
  readonly work: string;
  readonly once: number;
  readonly twice: number;
}

/** Whether twice the input costs more than its size explains. */
function isTooMuch({ once, twice }: Cost): boolean {
  return twice > GUARD_MS || (twice > NOISE_MS && twice / Math.max(once, NOISE_MS / 2) > MAX_RATIO);
}

async function measure(name: string, bytes: number): Promise<Cost[]> {
  const [once, twice] = [worksOf(name, bytes), worksOf(name, 2 * bytes)];
  const costs: Cost[] = [];
  for (const [work, doOnce] of Object.entries(once)) {
    const doTwice = twice[work] ?? (() => {});
    costs.push(await measureWork(work, { doOnce, doTwice }));
  }
  return costs;
}

/** Other programs on the machine disturb, so a bad ratio is measured again, and the best times of all tries count. */
async function measureWork(work: string, { doOnce, doTwice }: { doOnce: Work; doTwice: Work }): Promise<Cost> {
  let cost: Cost = { work, once: await fastest(doOnce), twice: await fastest(doTwice) };
  for (let attempt = 1; attempt < TRIES && isTooMuch(cost); attempt++) {
    const once = Math.min(cost.once, await fastest(doOnce));
    cost = { work, once, twice: Math.min(cost.twice, await fastest(doTwice)) };
  }
  return cost;
}

/** Prints the dearest work of one attack and the one that grows fastest; here in a process of its own. */
async function printCosts(name: string, bytes: number): Promise<void> {
  const costs = await measure(name, bytes);
  const dearest = costs.toSorted((one, other) => other.twice - one.twice)[0];
  const bad = costs.filter(isTooMuch);
  const shown = new Set([...(dearest === undefined ? [] : [dearest]), ...bad]);
  for (const cost of shown) {
    const { work, once, twice } = cost;
    console.log([
      name.padEnd(40),
      work.padEnd(16),
      `${once.toFixed(1).padStart(8)} ${twice.toFixed(1).padStart(8)} ms`,
      `x${(twice / once).toFixed(2)}`.padStart(6),
      `${Math.round(process.resourceUsage().maxRSS / 1024)} MB`.padStart(8),
      ...(bad.includes(cost) ? ['TOO MUCH'] : []),
    ].join(' '));
  }
  if (bad.length > 0) process.exitCode = 1;
}

/** Measures every attack, or those whose name has `only` in it; whether none costs too much. */
export function measureGrowth(megabytes: number, only = ''): boolean {
  console.log(
    `\nhostile input of ${megabytes} MB and twice that: the dearest work on it, best of ${ROUNDS}; peak memory`,
  );
  let isGood = true;
  for (
    const name of [...Object.keys(MAIL_ATTACKS), ...Object.keys(ADDRESS_ATTACKS)].filter((each) => each.includes(only))
  ) {
    const bytes = String(megabytes * 1024 * 1024);
    const { status, error } = spawnSync(process.execPath, ['--expose-gc', import.meta.filename, name, bytes], {
      stdio: 'inherit',
      timeout: 12 * ROUNDS * GUARD_MS,
    });
    if (status === 0) continue;
    isGood = false;
    if (error !== undefined || status === null) console.log(`${name}: DIED (${error?.message ?? 'by a signal'})`);
  }
  return isGood;
}

if (import.meta.main) {
  const [name = '', bytes = '0'] = process.argv.slice(2);
  await printCosts(name, Number(bytes));
}
