// A log that counts what goes through it: sessions, refusals, logins, and every event by its name.

import { type EventName, EVENTS } from './events.ts';
import type { EventFields, Log } from './log.ts';
import type { Counter, Meter } from './meter.ts';

/** What one event adds to. */
type Count = (fields: EventFields) => Counter | undefined;

/** Wraps a log. */
export function createCountedLog(log: Log, meter: Meter): Log {
  const counts = createCounts(meter);
  const events = new Map(
    (Object.keys(EVENTS) as EventName[]).map((event) => [
      event,
      meter.counter('mailchute_events_total', { event, level: EVENTS[event].level }),
    ]),
  );
  return {
    emit(event, fields) {
      events.get(event)?.add(1);
      counts[event]?.(fields ?? {})?.add(1);
      log.emit(event, fields);
    },
    close: () => log.close(),
  };
}

function createCounts(meter: Meter): { readonly [Event in EventName]?: Count } {
  const sessions = meter.counter('mailchute_sessions_total', { door: 'smtp' });
  const login = (result: string) => {
    const counter = meter.counter('mailchute_logins_total', { result });
    return () => counter;
  };
  return {
    'smtp.session.opened': () => sessions,
    // Both reasons are words of a closed set (smtp/rejection-reason.ts), never the peer's.
    'smtp.session.refused': ({ reason }) =>
      meter.counter('mailchute_sessions_refused_total', { reason: String(reason) }),
    'smtp.command.rejected': ({ reason }) =>
      meter.counter('mailchute_smtp_commands_rejected_total', { reason: String(reason) }),
    'auth.accepted': login('accepted'),
    'auth.rejected': login('rejected'),
    'auth.throttled': login('throttled'),
    'auth.unavailable': login('unavailable'),
  };
}
