import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openQueueSizes } from '../../src/commands/queue-sizes.ts';
import { loadConfig } from '../../src/config/load.ts';
import { openEmbeddedOutlet } from '../../src/queue/embedded.ts';
import { Meter } from '../../src/telemetry/meter.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { makeRecord } from '../support/records.ts';
import { sampleOf } from '../support/sample.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

function prepare(context: TestContext, more: readonly string[] = []) {
  const path = join(makeTemporaryDirectory(context), 'queue.db');
  const { config } = loadConfig({ argv: [`--queue-path=${path}`, '--rabbitmq-local=local', ...more], env: {} });
  const meter = new Meter();
  const sizes = openQueueSizes(config, meter);
  context.after(() => sizes?.close());
  const count = (queue: string) => sampleOf(meter.families(), 'mailchute_queue_messages', { queue });
  return { path, meter, sizes, count };
}

test('openQueueSizes counts the records of each queue of the file', async (context) => {
  const { path, meter, sizes, count } = prepare(context);
  const outlet = openEmbeddedOutlet({ path, log: createRecordingLog() });
  context.after(() => outlet.close());
  await outlet.publish([makeRecord('A'), makeRecord('B'), makeRecord('C', { queue: 'local' })]);
  assert.equal(count('inbox'), undefined, 'before the first look nothing is known');
  await sizes?.refresh();
  assert.deepEqual([count('inbox'), count('local')], [2, 1]);
  assert.ok((sampleOf(meter.families(), 'mailchute_queue_file_bytes') ?? 0) > 0);
});

test('openQueueSizes leaves out what a faulty file does not say', async (context) => {
  const { path, sizes, count } = prepare(context);
  await sizes?.refresh();
  assert.equal(count('inbox'), undefined, 'there is no file');
  writeFileSync(path, 'no database');
  await sizes?.refresh();
  assert.equal(count('inbox'), undefined);
  rmSync(path);
});

test('openQueueSizes has nothing to count where RabbitMQ has the queues', (context) => {
  assert.equal(prepare(context, ['--rabbitmq-address=amqp://127.0.0.1']).sizes, undefined);
});
