// The event log: one line per named event, as JSON or as text, to any number of sinks.

import process from 'node:process';
import { setImmediate } from 'node:timers';
import { pino } from 'pino';
import { type EventName, EVENTS } from './events.ts';
import { LogFile, type LogReport } from './log-file.ts';
import { LogStream } from './log-stream.ts';
import { escapeUnprintable } from './printable.ts';
import { type LoggedEvent, toTextLine, wantsColours } from './text-line.ts';

/** Values an event may carry; never content, credentials or whole headers. */
export type EventFields = Readonly<
  { [name: string]: string | number | boolean | null | undefined | readonly string[] }
>;

/** Where events go. */
export interface Log {
  emit(event: EventName, fields?: EventFields): void;
  close(): void;
}

/** The log of a process that runs until it is told to stop. */
export interface OpenLog extends Log {
  /** Opens the files among its sinks again, for logrotate. */
  reopen(): void;
}

/** Options of `createLog`. */
export interface LogOptions {
  /** MailerQ application-log: stdout, stderr or file paths. */
  readonly sinks: readonly string[];
  /** Undefined: text where a sink is a terminal, JSON elsewhere. */
  readonly format: 'json' | 'text' | undefined;
  /** What every event carries. */
  readonly fields?: EventFields;
  readonly now?: () => Date;
}

/** One place that lines go to. */
interface Sink {
  readonly isTerminal: boolean;
  /** Colours are for people, who may look at a stream by way of a program; files are for programs. */
  readonly takesColours: boolean;
  write(line: string): void;
  reopen(): void;
  close(): void;
}

// The events of every session and message: those of one turn of the event loop are written together, or before that once
// they are so many characters. Only a process that is killed can lose one.
const GATHERED: ReadonlySet<EventName> = new Set(['message.accepted', 'smtp.session.opened', 'smtp.session.closed']);
const MOST_HELD = 1 << 18;

/** Opens the sinks; throws when a path cannot be opened for appending. */
export function createLog({ sinks, format, fields = {}, now = () => new Date() }: LogOptions): OpenLog {
  let held: string[] = [];
  let heldLength = 0;
  const flush = () => {
    const lines = held;
    held = [];
    heldLength = 0;
    if (lines.length === 0) return;
    for (const [index, sink] of open.entries()) {
      const render = renders[index];
      sink.write((render === undefined ? lines : lines.map(render)).join(''));
    }
  };
  // Before the sinks, which let go of what they have when the process ends.
  process.on('exit', flush);
  const report: LogReport = (event, about) => log.emit(event, about);
  const open = sinks.map((target) => openSink(target, report));
  const renders = open.map((sink) => toRender(sink, format));
  // Every other line is written before the call returns, so that none is lost however the process ends;
  // pino's own destinations keep lines in memory, without a bound while a disk fails.
  const destination = {
    write(line: string) {
      const printable = escapeUnprintable(line);
      heldLength += printable.length;
      held.push(printable);
    },
  };
  const logger = createPino({ fields, now }, destination);
  const log: OpenLog = {
    emit(event, about) {
      const { level, text } = EVENTS[event];
      const isFirst = held.length === 0;
      logger[level]({ event, text, ...about });
      if (!GATHERED.has(event) || heldLength >= MOST_HELD) flush();
      else if (isFirst) setImmediate(flush);
    },
    reopen() {
      flush();
      for (const sink of open) sink.reopen();
    },
    close() {
      flush();
      process.off('exit', flush);
      for (const sink of open) sink.close();
    },
  };
  return log;
}

function createPino(
  { fields, now }: Required<Pick<LogOptions, 'fields' | 'now'>>,
  destination: { write(line: string): void },
) {
  return pino({
    level: 'info',
    customLevels: { info: 30, warning: 40, error: 50 },
    useOnlyCustomLevels: true,
    base: fields,
    timestamp: () => `,"time":"${now().toISOString()}"`,
    formatters: { level: (level) => ({ level }) },
  }, destination);
}

/** What makes the sink's line out of the JSON line; undefined where that is the line. */
function toRender(
  { isTerminal, takesColours }: Sink,
  format: LogOptions['format'],
): ((line: string) => string) | undefined {
  if ((format ?? (isTerminal ? 'text' : 'json')) === 'json') return undefined;
  const colours = takesColours && wantsColours({ env: process.env, isTerminal });
  return (line) => toTextLine(JSON.parse(line) as LoggedEvent, { colours });
}

function openSink(target: string, report: LogReport): Sink {
  if (target === 'stdout' || target === 'stderr') return openStream(target, report);
  const file = new LogFile(target, { report });
  return {
    isTerminal: false,
    takesColours: false,
    write: (line) => file.append(line),
    reopen: () => file.reopen(),
    close: () => file.close(),
  };
}

function openStream(name: 'stdout' | 'stderr', report: LogReport): Sink {
  const { isTTY: isTerminal = false, fd: descriptor } = process[name];
  const stream = new LogStream({ name, descriptor, report });
  return {
    isTerminal,
    takesColours: true,
    write: (line) => stream.write(line),
    reopen: () => {},
    close: () => stream.close(),
  };
}
