// The soak (`npm run soak -- --minutes 10`): steady load at both doors, an alarm every half minute; memory stays flat, nothing is lost.
import { join, resolve } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connect } from 'amqplib';
import { ChaosLoad } from '../tests/support/chaos/load.ts';
import { judge, type Row } from '../tests/support/chaos/scenario.ts';
import { type Sample, slopeOf } from '../tests/support/chaos/slope.ts';
import { removeGateway, startGateway } from '../tests/support/gateway.ts';
import { residentBytes } from '../tests/support/process-figures.ts';
import { type Rabbitmq, startRabbitmq } from '../tests/support/rabbitmq.ts';

const root = resolve(import.meta.dirname, '..');
const MINUTE_MS = 60_000;
const SAMPLE_MS = 5_000;
// Often: what an alarm leaves in the heap is then there before the slope is looked at.
const ALARM_EVERY_MS = MINUTE_MS / 2;
const ALARM_MS = 3_000;
const MIB = 1024 * 1024;
// Over this share of the time caches fill and the heap takes its working size.
const WARM_UP = 1 / 3;
// Ten minutes of it are less than a heap varies by. It grows in steps: a few minutes tell nothing about a slope.
const ALLOWED_MIB_A_MINUTE = 1;
const JUDGED_FROM_MINUTES = 5;
const QUEUE = 'soak';

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Takes everything out of the queue while it comes, across restarts of the broker. */
class Collector {
  readonly ids: string[] = [];
  readonly #url: string;
  #isOver = false;

  constructor(url: string) {
    this.#url = url;
  }

  async run(): Promise<void> {
    while (!this.#isOver) await this.#collect().catch(() => sleep(200));
  }

  /** Resolves when nothing has come for a while. */
  async finish(): Promise<void> {
    for (let before = -1; before !== this.ids.length;) {
      before = this.ids.length;
      await sleep(2_000);
    }
    this.#isOver = true;
  }

  async #collect(): Promise<void> {
    const connection = await connect(this.#url);
    connection.on('error', () => {});
    const closed = new Promise<void>((done) => connection.once('close', () => done()));
    const channel = await connection.createChannel();
    channel.on('error', () => {});
    await channel.consume(QUEUE, (message) => message && this.#take(String(message.properties.messageId)), {
      noAck: true,
    });
    while (!this.#isOver) await Promise.race([closed.then(() => Promise.reject(new Error('closed'))), sleep(500)]);
    await connection.close();
  }

  #take(id: string): void {
    this.ids.push(id);
  }
}

/** Blocks publishing for five seconds. */
async function raiseAlarm(broker: Rabbitmq): Promise<void> {
  await broker.ctl(['set_vm_memory_high_watermark', '0.0001']);
  await sleep(ALARM_MS);
  await broker.ctl(['set_vm_memory_high_watermark', '0.6']);
}

interface Watched {
  readonly samples: readonly Sample[];
  readonly alarms: number;
}

/** Resolves when the time is up. */
async function watch(pid: number, { minutes, broker }: { minutes: number; broker: Rabbitmq }): Promise<Watched> {
  const samples: Sample[] = [];
  const startedAt = performance.now();
  const elapsedMs = () => performance.now() - startedAt;
  let alarms = 0;
  while (elapsedMs() < minutes * MINUTE_MS) {
    if (elapsedMs() >= ALARM_EVERY_MS * (alarms + 0.5)) {
      alarms++;
      await raiseAlarm(broker);
    }
    await sleep(SAMPLE_MS);
    const sample = { at: elapsedMs() / MINUTE_MS, value: residentBytes(pid) / MIB };
    samples.push(sample);
    say(`${sample.at.toFixed(1)} min: resident ${sample.value.toFixed(0)} MiB`);
  }
  return { samples, alarms };
}

async function soak(minutes: number, broker: Rabbitmq): Promise<{ row: Row; samples: readonly Sample[] }> {
  const gateway = await startGateway({ config: { 'rabbitmq-address': broker.url, 'rabbitmq-inbox': QUEUE } });
  const collector = new Collector(broker.url);
  const load = new ChaosLoad({ ports: gateway.ports, sessions: 6, clients: 4, pauseMs: 20 });
  try {
    await load.untilAccepted(1);
    const collecting = collector.run();
    const { samples, alarms } = await watch(gateway.process.pid ?? 0, { minutes, broker });
    const report = await load.stop();
    await collector.finish();
    await collecting;
    const seen = { report, stored: collector.ids, recoveredMs: 0 };
    const row = judge({ name: 'soak', title: 'soak' }, { ...seen, effect: alarms > 0 ? 'refuses' : 'nothing' });
    return { row, samples };
  } finally {
    await Promise.all([removeGateway(gateway), load.stop()]);
  }
}

/** What must not be; empty when all is well. */
function tell(minutes: number, { row, samples }: { row: Row; samples: readonly Sample[] }): readonly string[] {
  const warm = samples.filter(({ at }) => at > minutes * WARM_UP);
  const values = warm.map(({ value }) => value);
  const slope = slopeOf(warm);
  const range = `${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)} MiB`;
  say(
    `${minutes} min: accepted ${row.accepted}, stored ${row.stored}, lost ${row.lost}, duplicate ids ${row.duplicates}, ` +
      `refused ${row.refused}, cut ${row.cut}; after the first third resident ${range}, ` +
      `slope ${slope.toFixed(2)} MiB a minute, ${ALLOWED_MIB_A_MINUTE} allowed`,
  );
  const grows = minutes >= JUDGED_FROM_MINUTES && slope > ALLOWED_MIB_A_MINUTE;
  return grows ? [...row.faults, 'memory grows'] : row.faults;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new Error('--minutes takes a number above 0');
  process.env['MAILCHUTE_BIN'] ??= join(root, 'dist', 'mailchute');
  const broker = await startRabbitmq();
  const faults = await soak(minutes, broker).then((seen) => tell(minutes, seen)).finally(() => broker.stop());
  for (const fault of faults) say(`*** FAILED: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}

await main();
