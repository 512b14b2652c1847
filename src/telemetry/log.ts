// The event log: one line per named event, as JSON or as text, to any number of sinks.

import { closeSync, openSync, writeSync } from 'node:fs';
import process from 'node:process';
import { type EventName, EVENTS } from './events.ts';

/** Values an event may carry; never content, credentials or whole headers. */
export type EventFields = Readonly<
  { [name: string]: string | number | boolean | null | undefined | readonly string[] }
>;

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
  /** What every event carries. */
  readonly fields?: EventFields;
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

/** One place that lines go to. */
interface Sink {
  write(line: string): void;
  close(): void;
}

/** Opens the sinks; throws when a path cannot be opened for appending. */
export function createLog({ sinks, format, fields: bound = {}, now = () => new Date() }: LogOptions): Log {
  const open = sinks.map(openSink);
  const render = format === 'json' ? toJsonLine : toTextLine;
  return {
    emit(event, fields = {}) {
      const line = render(event, { ...bound, ...fields }, now());
      for (const sink of open) sink.write(line);
    },
    close() {
      for (const sink of open) sink.close();
    },
  };
}

function openSink(target: string): Sink {
  if (target === 'stdout' || target === 'stderr') return openStream(process[target]);
  const descriptor = openSync(target, 'a', 0o640);
  return {
    write(line) {
      try {
        writeSync(descriptor, line);
      } catch {
        // A full disk under the log must not stop the mail, and there is nowhere left to report it.
      }
    },
    close: () => closeSync(descriptor),
  };
}

/** The streams wait for a slow reader of a pipe, where a bare write to the descriptor would lose the line. */
function openStream(stream: NodeJS.WriteStream): Sink {
  const ignore = () => {}; // a reader that went away must not stop the mail
  stream.on('error', ignore);
  return {
    write: (line) => void stream.write(line),
    close: () => void stream.off('error', ignore),
  };
}
