import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProcessReport } from '../../src/commands/overview.ts';
import { type ReportingWorker, WorkerReports } from '../../src/commands/worker-reports.ts';
import type { WorkerExit } from '../../src/commands/worker-process.ts';
import type { OutletHealth } from '../../src/queue/outlet.ts';
import { Meter } from '../../src/telemetry/meter.ts';
import { sumTotals } from '../../src/telemetry/sum-totals.ts';
import { sampleOf } from '../support/sample.ts';

const READY: OutletHealth = { ready: true, reasons: [] };
const METRIC = 'mailchute_sessions_total';
const SMTP = { door: 'smtp' };

/** A worker that has greeted that many sessions. */
function createWorker(number: number, { sessions = 0, health = READY, answers = true, isRunning = true } = {}) {
  const meter = new Meter();
  meter.counter(METRIC, SMTP).add(sessions);
  meter.gauge('mailchute_sessions_open', SMTP, () => sessions);
  const end = Promise.withResolvers<WorkerExit>();
  const worker: ReportingWorker & { isRunning: boolean } = {
    number,
    isRunning,
    get totals() {
      return meter.totals();
    },
    report: (): Promise<ProcessReport> =>
      answers ? Promise.resolve({ health, families: meter.families() }) : new Promise(() => {}),
    exit: end.promise,
  };
  const die = async () => {
    worker.isRunning = false;
    end.resolve({ code: null, signal: 'SIGKILL', reason: undefined });
    await end.promise;
  };
  return { worker, die };
}

/** What the workers counted together. */
async function countOf(reports: WorkerReports): Promise<number | undefined> {
  const { families } = await reports.look({ metrics: true });
  return sampleOf(families.reduce((sums, each) => sumTotals(sums, each), []), METRIC, SMTP);
}

test('WorkerReports puts together what all workers say', async () => {
  const reports = new WorkerReports({ count: 2 });
  reports.add(createWorker(1, { sessions: 3 }).worker);
  reports.add(createWorker(2, { sessions: 4 }).worker);
  const { families, ...overview } = await reports.look({ metrics: true });
  assert.deepEqual(overview, { health: READY, running: 2, silent: 0, down: 0 });
  assert.equal(await countOf(reports), 7);
  const open = families.map((each) => sampleOf(each, 'mailchute_sessions_open', SMTP) ?? 0);
  assert.deepEqual(open.toSorted(), [0, 3, 4]);
});

test('WorkerReports keeps what a worker had counted, however often one is started again', async () => {
  const reports = new WorkerReports({ count: 1 });
  for (let start = 1; start <= 3; start++) {
    const { worker, die } = createWorker(1, { sessions: 5 });
    reports.add(worker);
    assert.equal(await countOf(reports), 5 * start);
    await die();
    assert.equal(await countOf(reports), 5 * start);
  }
});

test('WorkerReports does not wait for a worker that does not answer, and knows what it counted last', async () => {
  const reports = new WorkerReports({ count: 2, answerMs: 5 });
  reports.add(createWorker(1, { sessions: 3 }).worker);
  reports.add(createWorker(2, { sessions: 4, answers: false }).worker);
  const { health, silent, running } = await reports.look({ metrics: true });
  assert.deepEqual([running, silent], [1, 1]);
  assert.deepEqual(health, { ready: true, reasons: ['1 of the workers did not answer in time'] });
  assert.equal(await countOf(reports), 7);
});

test('WorkerReports is ready while a worker is, and names those that are not there', async () => {
  const reports = new WorkerReports({ count: 2 });
  const first = createWorker(1);
  reports.add(first.worker);
  const { health, down } = await reports.look({ metrics: false });
  assert.deepEqual(health, { ready: true, reasons: ['worker 2 is not running'] });
  assert.equal(down, 1);
  await first.die();
  const after = await reports.look({ metrics: false });
  assert.deepEqual(after.health, { ready: false, reasons: ['worker 1 is not running', 'worker 2 is not running'] });
});

test('WorkerReports is not ready when a worker has a reason, which is named once', async () => {
  const health = { ready: false, reasons: ['no connection to RabbitMQ'] };
  const reports = new WorkerReports({ count: 2 });
  for (const number of [1, 2]) reports.add(createWorker(number, { health }).worker);
  assert.deepEqual((await reports.look({ metrics: false })).health, health);
});

test('WorkerReports does not ask a worker whose doors are still closed', async () => {
  const reports = new WorkerReports({ count: 1 });
  reports.add(createWorker(1, { answers: false, isRunning: false }).worker);
  const { health, running, down } = await reports.look({ metrics: false });
  assert.deepEqual([health.ready, running, down], [false, 0, 1]);
});
