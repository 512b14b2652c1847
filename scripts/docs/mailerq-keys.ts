// Writes the table of MailerQ's keys into the page about migrating from it, which is otherwise written by hand.

import { KEY_GROUPS, KEYS, KNOWN_NAMES } from '../../src/config/keys.ts';

const SAME = 'the same';

/** Every key of MailerQ that is known here, and what becomes of it. */
export function toMailerqKeys(): string {
  return [toKept(), toReasons('unsupported'), toReasons('elsewhere')].join('\n');
}

function toKept(): string {
  const rows = KEY_GROUPS.flatMap(({ names }) => names).flatMap((name) => {
    const { mailerq, aliases, fallback } = KEYS[name];
    if (mailerq === undefined) return [];
    const spellings = [name, ...aliases].filter((each) => mailerq.includes(each) || aliases.includes(each));
    const theirs = [...spellings, ...fallback].map((each) => `\`${each}\``).join(', ');
    const differs = spellings.includes(mailerq) ? SAME : mailerq;
    return [`| ${theirs || 'no key'} | \`${name}\` | ${toCell(differs)} |`];
  });
  const head = '| MailerQ | here | at MailerQ |\n| --- | --- | --- |\n';
  return `### Keys that mean the same or nearly so\n\n${head}${rows.join('\n')}\n`;
}

function toReasons(kind: 'unsupported' | 'elsewhere'): string {
  const byReason = new Map<string, string[]>();
  for (const [spelling, known] of KNOWN_NAMES) {
    if (known.kind === kind) byReason.set(known.reason, [...byReason.get(known.reason) ?? [], `\`${spelling}\``]);
  }
  const title = kind === 'unsupported' ? 'Keys whose values stop the start' : 'Keys without effect, with a warning';
  const items = [...byReason].map(([reason, names]) => `- ${toCell(reason)}: ${names.join(', ')}\n`);
  return `### ${title}\n\n${items.join('')}`;
}

function toCell(text: string): string {
  return text.replace(/[*<>_`|]/g, '\\$&');
}
