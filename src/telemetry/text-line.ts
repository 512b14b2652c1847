// The log as people read it (log-format text): an event of the JSON log on one aligned line, coloured on a terminal.

import { type EventName, EVENTS, type Level } from './events.ts';
import { toPrintableJson } from './printable.ts';

/** An event as its JSON line has it: level, time, event and text, and the fields beside them. */
export type LoggedEvent =
  & { readonly level: Level; readonly time: string; readonly event: EventName }
  & Readonly<
    { [name: string]: unknown }
  >;

// Most sentences are no longer than that; longer ones push their fields to the right.
const SENTENCE_WIDTH = 32;
const LEVEL_WIDTH = 7;

const PLAIN = '\x1b[0m';
const DIM = '\x1b[2m';
const LEVEL_COLOURS: Readonly<Record<Level, string>> = {
  info: '\x1b[32m',
  warning: '\x1b[33m',
  error: '\x1b[1;31m',
};

/** Renders the event: time in UTC, level, sentence, then `name=value` pairs. */
export function toTextLine(logged: LoggedEvent, { colours }: { readonly colours: boolean }): string {
  const { level, time, event, text: _, ...fields } = logged;
  const paint = (code: string, text: string) => colours ? `${code}${text}${PLAIN}` : text;
  const pairs = Object.entries(fields).map(([name, value]) => `${paint(DIM, `${name}=`)}${toTextValue(value)}`);
  const words = [
    paint(DIM, time.slice(0, 19).replace('T', ' ')),
    paint(LEVEL_COLOURS[level], level.padEnd(LEVEL_WIDTH)),
    pairs.length === 0 ? EVENTS[event].text : EVENTS[event].text.padEnd(SENTENCE_WIDTH),
    ...pairs,
  ];
  return `${words.join(' ')}\n`;
}

function toTextValue(value: unknown): string {
  const text = Array.isArray(value) ? value.join(', ') : String(value);
  // Peers choose some of these values: only letters, digits, marks and signs that everybody sees stand as they are.
  return /^[\p{L}\p{N}\p{M}\p{P}\p{S}]+$/u.test(text) && !/["=]/.test(text) ? text : toPrintableJson(text);
}

/** What decides about colours. */
export interface ColourChoice {
  readonly env: Readonly<{ [name: string]: string | undefined }>;
  readonly isTerminal: boolean;
}

/** Whether to colour: on a terminal that can, unless NO_COLOR is set; with FORCE_COLOR elsewhere, too. NO_COLOR wins. */
export function wantsColours({ env, isTerminal }: ColourChoice): boolean {
  const { NO_COLOR: no = '', FORCE_COLOR: force = '', TERM: terminal } = env;
  if (no !== '') return false;
  return force === '' ? isTerminal && terminal !== 'dumb' : force !== '0' && force !== 'false';
}
