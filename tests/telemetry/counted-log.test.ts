import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCountedLog } from '../../src/telemetry/counted-log.ts';
import type { EventName } from '../../src/telemetry/events.ts';
import type { EventFields } from '../../src/telemetry/log.ts';
import { Meter } from '../../src/telemetry/meter.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { type Labels, sampleOf } from '../support/sample.ts';

const cases: readonly { event: EventName; fields?: EventFields; metric: string; labels: Labels }[] = [
  { event: 'smtp.session.opened', metric: 'mailchute_sessions_total', labels: { door: 'smtp' } },
  {
    event: 'smtp.session.refused',
    fields: { reason: 'range' },
    metric: 'mailchute_sessions_refused_total',
    labels: { reason: 'range' },
  },
  {
    event: 'smtp.command.rejected',
    fields: { reason: 'max-size' },
    metric: 'mailchute_smtp_commands_rejected_total',
    labels: { reason: 'max-size' },
  },
  { event: 'auth.accepted', metric: 'mailchute_logins_total', labels: { result: 'accepted' } },
  { event: 'auth.rejected', metric: 'mailchute_logins_total', labels: { result: 'rejected' } },
  { event: 'auth.throttled', metric: 'mailchute_logins_total', labels: { result: 'throttled' } },
  { event: 'auth.unavailable', metric: 'mailchute_logins_total', labels: { result: 'unavailable' } },
  {
    event: 'gateway.fault',
    metric: 'mailchute_events_total',
    labels: { event: 'gateway.fault', level: 'error' },
  },
];

for (const { event, fields, metric, labels } of cases) {
  test(`createCountedLog counts ${event} as ${metric}, and passes it on`, () => {
    const meter = new Meter();
    const inner = createRecordingLog();
    createCountedLog(inner, meter).emit(event, fields);
    assert.equal(sampleOf(meter.totals(), metric, labels), 1);
    assert.deepEqual(inner.events.map(({ event }) => event), [event]);
  });
}
