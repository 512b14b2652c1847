// Generates the reference pages from the program's own tables (`npm run docs`); with --check it only says what is stale.

import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { describeKey } from '../src/config/describe-key.ts';
import { KEY_GROUPS, type KeyName, KEYS, KNOWN_NAMES } from '../src/config/keys.ts';
import { SYSTEM_FILE } from '../src/config/load.ts';
import { createDocument } from '../src/http/api/create-document.ts';
import { ALL_ROUTES } from '../src/http/api/operations.ts';
import { EVENTS } from '../src/telemetry/events.ts';
import { toDashboardText } from './docs/dashboard.ts';
import { fillPage } from './docs/fill-page.ts';
import { toHttpApiPage } from './docs/http-api-page.ts';
import { toMailerqKeys } from './docs/mailerq-keys.ts';
import { toRecordPage } from './docs/record-page.ts';
import { toObservabilityPage } from './metrics-table.ts';
import { toRecordJsonSchema } from './record-json-schema.ts';

/** A generated file. */
export interface Page {
  /** From the project's root. */
  readonly path: string;
  readonly render: () => string | Promise<string>;
}

/** Every generated file. */
export const PAGES: readonly Page[] = [
  { path: 'docs/configuration.md', render: toConfigurationPage },
  { path: 'docs/events.md', render: toEventsPage },
  { path: 'docs/grafana-dashboard.json', render: toDashboardText },
  { path: 'docs/http-api.md', render: async () => toHttpApiPage(await createDocument(ALL_ROUTES, 'perhaps')) },
  {
    path: 'docs/migrating-from-mailerq.md',
    render: () => fillPage('docs/migrating-from-mailerq.md', { mark: 'keys', text: toMailerqKeys() }),
  },
  { path: 'docs/observability.md', render: toObservabilityPage },
  { path: 'docs/openapi.json', render: toOpenApiText },
  { path: 'docs/record.md', render: toRecordPage },
  { path: 'docs/record.schema.json', render: toRecordJsonSchema },
];

const INTRODUCTION = `# Configuration

Generated from the table in \`src/config\`; change it there and run \`npm run docs\`.

Settings come from five places. A later one wins:

1. the defaults below
2. \`${SYSTEM_FILE}\`, when it is there
3. the file named with \`--config-file PATH\`
4. environment variables: \`smtp-port\` is \`MAILCHUTE_SMTP_PORT\`
5. the command line: \`--smtp-port=2525\`; a switch may stand alone (\`--rabbitmq-lazy\`)

A file has one \`key: value\` on each line. The first colon separates them, the rest of the line is the value as it
stands, and a line that starts with \`#\` is a comment. An empty value means that the key is not set. Files are UTF-8.

The start fails with exit code 2 when anything is wrong, and names every mistake in one run. \`mailchute check-config\`
looks without starting and prints what is in effect; \`mailchute help KEY\` prints an entry of this page.

MailerQ's configuration files can be used as they are. "MailerQ" below names the key there, and where its meaning
differs. Keys of MailerQ that concern delivery, its console or its licence give a warning; keys for mail on its way in
that are not supported are refused, unless their value is empty.
`;

/** The page about the configuration. */
export function toConfigurationPage(): string {
  const groups = KEY_GROUPS.map(({ title, names }) => `## ${title}\n\n${names.map(toEntry).join('\n')}`);
  return `${[INTRODUCTION, ...groups, toNotSupported(), toNoEffect()].join('\n')}`;
}

const EVENTS_INTRODUCTION = `# Events

Generated from \`src/telemetry/events.ts\`; change them there and run \`npm run docs\`.

What the application log can say. [Logs](logging.md) has the form of a line.
`;

/** The page about the events. */
export function toEventsPage(): string {
  const areas = Map.groupBy(Object.entries(EVENTS), ([name]) => name.slice(0, name.indexOf('.')));
  const sections = [...areas].map(([area, events]) =>
    `## ${area}\n\n${events.map(([name, { level, text }]) => `- \`${name}\` (${level}): ${text}\n`).join('')}`
  );
  return [EVENTS_INTRODUCTION, ...sections].join('\n');
}

/** The description of the HTTP door, of no gateway in particular. */
export async function toOpenApiText(): Promise<string> {
  return `${JSON.stringify(await createDocument(ALL_ROUTES, 'perhaps'), null, 2)}\n`;
}

function toEntry(name: KeyName): string {
  const details = describeKey(name).map(({ label, value }) => `- ${label}: ${toCode(label, value)}\n`);
  return `### ${name}\n\n${escape(KEYS[name].doc)}\n\n${details.join('')}`;
}

function toCode(label: string, value: string): string {
  const isCode = ['Command line', 'Environment'].includes(label);
  return isCode ? value.split(' or ').map((part) => `\`${part}\``).join(' or ') : escape(value);
}

function toNotSupported(): string {
  return `## Known, not supported\n\nA value is refused at the start.\n\n${toList('unsupported')}`;
}

function toNoEffect(): string {
  return `## Keys of MailerQ without effect here\n\nA value gives a warning.\n\n${toList('elsewhere')}`;
}

/** One line for each reason, with all spellings of the keys that share it. */
function toList(kind: 'unsupported' | 'elsewhere'): string {
  const byReason = new Map<string, string[]>();
  for (const [spelling, known] of KNOWN_NAMES) {
    if (known.kind === kind) byReason.set(known.reason, [...byReason.get(known.reason) ?? [], `\`${spelling}\``]);
  }
  return [...byReason].map(([reason, names]) => `- ${names.join(', ')}: ${escape(reason)}\n`).join('');
}

/** Keeps Markdown from reading asterisks, angle brackets and the like in a sentence as markup. */
function escape(text: string): string {
  return text.replace(/[*<>_`]/g, '\\$&');
}

/** The pages whose file is not what would be generated now. */
export async function stalePages(root: string): Promise<readonly Page[]> {
  const texts = await Promise.all(PAGES.map(({ render }) => render()));
  return PAGES.filter(({ path }, index) => readIfThere(join(root, path)) !== texts[index]);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // a page that is not there is stale
  }
}

if (import.meta.main) {
  const root = resolve(import.meta.dirname, '..');
  const stale = await stalePages(root);
  const checking = process.argv.includes('--check');
  for (const { path, render } of stale) {
    if (!checking) writeFileSync(join(root, path), await render());
    process.stdout.write(checking ? `${path}: stale, run npm run docs\n` : `${path}: written\n`);
  }
  if (checking && stale.length > 0) process.exitCode = 1;
}
