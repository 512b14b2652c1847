// The event log: one line per named event, as JSON or as text, to any number of sinks.

import { closeSync, openSync, writeSync } from 'node:fs';
import { type EventName, EVENTS } from './events.ts';

/** Values an event may carry; never content, credentials or whole headers. */
export type EventFields = Readonly<{ [name: string]: string | number | boolean | null | undefined | readonly string[] }>;

/** Where events go. */
export interface Log {
  emit(event: EventName, fields?: EventFields): void;
  close(): void;
}

/** Options of `createLog`. */
export interface LogOptions {
  /** MailerQ application-log: stdout, stderr or file paths. */
  readonly sinks: readonly string[];
  readonly format: 'json' | 'text';
  readonly now?: () => Date;
}

/** Renders one event as a JSON line. */
export function toJsonLine(event: EventName, fields: EventFields, time: Date): string {
  const { level, text } = EVENTS[event];
  return `${JSON.stringify({ time: time.toISOString(), level, event, text, ...fields })}\n`;
}

/** Renders one event for a terminal: time, level, sentence, then `name=value` pairs. */
export function toTextLine(event: EventName, fields: EventFields, time: Date): string {
  const { level, text } = EVENTS[event];
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${toTextValue(value)}`);
  const stamp = time.toISOString().slice(0, 19).replace('T', ' ');
  return `${[stamp, level.padEnd(7), text, ...pairs].join(' ')}\n`;
}

function toTextValue(value: unknown): string {
  const text = Array.isArray(value) ? value.join(', ') : String(value);
  // Peers choose some of these values: anything that could break the line or drive a terminal is quoted.
  return /^[^\s"=\x00-\x1f\x7f-\x9f]+$/.test(text) ? text : JSON.stringify(text);
}

/** Opens the sinks; throws when a path cannot be opened for appending. */
export function createLog({ sinks, format, now = () => new Date() }: LogOptions): Log {
  const descriptors = sinks.map((sink) => sink === 'stdout' ? 1 : sink === 'stderr' ? 2 : openSync(sink, 'a', 0o640));
  const render = format === 'json' ? toJsonLine : toTextLine;
  return {
    emit(event, fields = {}) {
      const line = render(event, fields, now());
      for (const descriptor of descriptors) writeLine(descriptor, line);
    },
    close() {
      for (const descriptor of descriptors) if (descriptor > 2) closeSync(descriptor);
    },
  };
}

function writeLine(descriptor: number, line: string): void {
  try {
    writeSync(descriptor, line);
  } catch {
    // A full disk or a closed pipe under the log must not stop the mail; there is nowhere left to report it.
  }
}
