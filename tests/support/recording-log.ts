// A log that keeps its events for a test to look at.
import type { EventName } from '../../src/telemetry/events.ts';
import type { EventFields, Log } from '../../src/telemetry/log.ts';

/** A log with what it was told. */
export interface RecordingLog extends Log {
  readonly events: readonly { readonly event: EventName; readonly fields: EventFields }[];
}

/** Creates an empty one. */
export function createRecordingLog(): RecordingLog {
  const events: { event: EventName; fields: EventFields }[] = [];
  return {
    events,
    emit: (event, fields = {}) => void events.push({ event, fields }),
    close: () => {},
  };
}
