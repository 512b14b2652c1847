// `mailchute help [KEY]`: the commands and keys at a glance, or everything about one of them.

import { describeKey, describeKnown } from '../config/describe-key.ts';
import { toFaultLine } from '../config/fault.ts';
import { KEY_GROUPS, KEYS, KNOWN_NAMES } from '../config/keys.ts';
import { nearestName } from '../config/nearest-name.ts';
import type { CommandIo } from './command-io.ts';

const WRONG_USAGE = 2;
const WIDTH = 100;

/** The commands with their arguments and what they do. */
export const COMMANDS: readonly { readonly name: string; readonly usage: string; readonly purpose: string }[] = [
  { name: 'serve', usage: '[serve]', purpose: 'run the gateway; this is what mailchute does without a command' },
  { name: 'check-config', usage: 'check-config', purpose: 'validate the configuration and print the effective one' },
  { name: 'queue', usage: 'queue ls', purpose: 'one line for each queue: its name and the number of its messages' },
  {
    name: 'queue',
    usage: 'queue get QUEUE [--count N] [--ack]',
    purpose: 'the records of a queue as JSON lines, oldest first; they stay unless --ack is given',
  },
  {
    name: 'inject',
    usage: 'inject [RCPT …] [--envelope ADDR] [--extract-recipients] [--ignore-dot]',
    purpose: 'the message on standard input through the pipeline into the queue',
  },
  {
    name: 'healthcheck',
    usage: 'healthcheck',
    purpose: 'exit with 0 when the running gateway is ready, else with 1 and the reason',
  },
  { name: 'help', usage: 'help [KEY]', purpose: 'this overview, or everything about one configuration key' },
  { name: 'version', usage: 'version', purpose: 'print version and runtime' },
];

/** Prints the overview, or what is known about one name; an unknown name is exit code 2. */
export function help(argv: readonly string[], { stdout, stderr }: CommandIo): number {
  const [topic, ...surplus] = argv;
  if (topic === undefined) {
    stdout(toOverview());
    return 0;
  }
  const name = topic.replace(/^--/, '');
  const text = surplus.length === 0 ? toTopic(name) : undefined;
  if (text !== undefined) {
    stdout(text);
    return 0;
  }
  const candidates = [...KNOWN_NAMES.keys(), ...COMMANDS.map((command) => command.name)];
  const problem = surplus.length > 0
    ? 'takes one key'
    : `unknown key, the nearest known one is ${nearestName(name, candidates)}`;
  stderr(`${toFaultLine({ where: `help ${argv.join(' ')}`, text: problem })}\n`);
  return WRONG_USAGE;
}

function toOverview(): string {
  const commands = COMMANDS.map(({ usage, purpose }) => toColumns(`mailchute ${usage}`, purpose, { width: 48 }));
  const keys = KEY_GROUPS.flatMap(({ title, names }) => [
    `\n${title}:`,
    ...names.map((name) => toColumns(name, toFirstSentence(KEYS[name].doc), { width: 28 })),
  ]);
  return [
    'mailchute: mail comes in by SMTP and HTTP and lands in a durable queue.\n',
    'Commands, each with [--config-file PATH] [--KEY=VALUE ...]:',
    ...commands,
    '\nKeys, also as `KEY: VALUE` lines of a file or as MAILCHUTE_KEY variables ("mailchute help KEY" tells more):',
    ...keys,
    '',
  ].join('\n');
}

/** Everything about a command or a name that may stand in a configuration. */
function toTopic(name: string): string | undefined {
  const commands = COMMANDS.filter((command) => command.name === name);
  if (commands.length > 0) {
    return commands.map(({ usage, purpose }) => `mailchute ${usage}\n${wrap(purpose, { indent: 2 })}\n`).join('');
  }
  const known = KNOWN_NAMES.get(name);
  if (known === undefined) return undefined;
  if (known.kind !== 'key') return `${name}\n${wrap(describeKnown(name, known), { indent: 2 })}\n`;
  const details = describeKey(known.name).map(({ label, value }) => toColumns(label, value, { width: 14 }));
  return `${known.name}\n${wrap(KEYS[known.name].doc, { indent: 2 })}\n\n${details.join('\n')}\n`;
}

function toFirstSentence(text: string): string {
  return /^.*?[.;](?=\s|$)/.exec(text)?.[0].slice(0, -1) ?? text;
}

/** A narrow column on the left, wrapped text on the right. */
function toColumns(left: string, right: string, { width }: { readonly width: number }): string {
  const text = wrap(right, { indent: width + 2 });
  return left.length < width ? `  ${left.padEnd(width)}${text.trimStart()}` : `  ${left}\n${text}`;
}

function wrap(text: string, { indent }: { readonly indent: number }): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = `${lines.at(-1)} ${word}`.trimStart();
    if (line.length > WIDTH - indent) lines.push(word);
    else lines[lines.length - 1] = line;
  }
  return lines.filter((line) => line !== '').map((line) => ' '.repeat(indent) + line).join('\n');
}
