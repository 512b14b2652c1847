// A pipeline that counts its messages, and the time that each takes, once for every answer it gives.

import type { Disposition } from '../mail/disposition.ts';
import type { DoorName, MessageCounts } from '../telemetry/message-counts.ts';
import type { Counter, Histogram, Meter } from '../telemetry/meter.ts';
import type { Pipeline } from './ingest.ts';
import type { Submission } from './submission.ts';

/** What is known of one door. */
interface DoorMetrics {
  readonly bytes: Counter;
  readonly duration: Histogram;
}

/** Wraps a pipeline. */
export function createMeasuredPipeline(
  pipeline: Pipeline,
  { meter, counts }: { readonly meter: Meter; readonly counts: MessageCounts },
): Pipeline {
  const createDoor = (door: DoorName): DoorMetrics => ({
    bytes: meter.counter('mailchute_content_bytes_total', { door }),
    duration: meter.histogram('mailchute_accept_duration_seconds', { door }),
  });
  const doors: { [door in DoorName]?: DoorMetrics } = { smtp: createDoor('smtp'), http: createDoor('http') };
  async function measure(submission: Submission, ingest: Pipeline['ingest']): Promise<Disposition> {
    const { door } = submission.origin;
    const recipients = submission.envelope.rcptTo.length;
    const { bytes, duration } = doors[door] ??= createDoor(door);
    bytes.add(submission.content.reduce((sum, piece) => sum + piece.length, 0));
    const startedAt = performance.now();
    try {
      const disposition = await ingest(submission);
      if (disposition.outcome === 'accepted') counts.accepted(door, disposition.records);
      else counts.refused(door, { outcome: disposition.outcome, reason: disposition.reason, recipients });
      return disposition;
    } catch (error) {
      // Both doors answer a fault as something that may go better later.
      counts.refused(door, { outcome: 'deferred', reason: 'internal', recipients });
      throw error;
    } finally {
      duration.observe((performance.now() - startedAt) / 1000);
    }
  }
  return {
    ...pipeline,
    ingest: (submission) => measure(submission, pipeline.ingest),
    inject: (submission) => measure(submission, pipeline.inject),
  };
}
