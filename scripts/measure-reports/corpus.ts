// Reads the sets of outside mails that the reports are measured on, each mail with the label its origin gave it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

/** What a mail can be called. `dsn` has the standard form, `bounce` has not; `none` is everything else. */
export type Label = 'dsn' | 'bounce' | 'auto-reply' | 'arf' | 'mdn' | 'dmarc' | 'tls-rpt' | 'none';

/** One labelled mail. */
export interface Case {
  readonly set: string;
  /** Path inside the corpora. */
  readonly path: string;
  readonly label: Label;
  /** With CRLF line ends, as the gateway makes them before it looks at a message. */
  readonly content: Buffer;
}

const REPORT_TYPE = /^content-type:\s*multipart\/report\b[^]{0,400}?report-type\s*=\s*"?delivery-status/im;
const STATUS_PART = /^content-type:\s*"?message\/(?:global-)?delivery-status/im;
const KIND_WORDS: ReadonlyMap<string, Label> = new Map<string, Label>([
  ['dsn', 'dsn'],
  ['arf', 'arf'],
  ['mdn', 'mdn'],
  ['autoreply', 'auto-reply'],
  ['dmarc-agg', 'dmarc'],
  ['tlsrpt', 'tls-rpt'],
  ['none', 'none'],
]);

/** All labelled mails below the folder, set after set. */
export function readCases(corpora: string): Case[] {
  const sets = readdirSync(corpora).filter((name) => existsSync(join(corpora, name, 'data'))).sort();
  return sets.flatMap((set) => readSet(corpora, set));
}

function readSet(corpora: string, set: string): Case[] {
  const list = join(corpora, set, 'cases.jsonl');
  if (/^(?:dsn|arf)-/.test(set) && existsSync(list)) return readList(corpora, set);
  const files = filesBelow(join(corpora, set, 'data'));
  const label = labelOfSet(set);
  return label === undefined ? [] : files.flatMap((file) => toCase(file, { corpora, set, label }));
}

function labelOfSet(set: string): Label | undefined {
  if (set.startsWith('mime-')) return 'none';
  if (set.startsWith('mdn-')) return 'mdn';
  if (set.startsWith('dmarc-agg-')) return 'dmarc';
  return set.startsWith('tlsrpt-') ? 'tls-rpt' : undefined;
}

function readList(corpora: string, set: string): Case[] {
  const lines = readFileSync(join(corpora, set, 'cases.jsonl'), 'utf8').split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const { file, kind } = JSON.parse(line) as { file: string; kind: string };
    const content = withLineEnds(readFileSync(join(corpora, set, file)));
    const label = KIND_WORDS.get(kind) ?? 'none';
    const standard = label !== 'dsn' || hasStandardForm(content.toString('latin1'));
    return { set, path: `${set}/${file}`, label: standard ? label : 'bounce', content };
  });
}

/** RFC 3464 section 2: a multipart with a message/delivery-status part of its own, not of a message inside. */
function hasStandardForm(text: string): boolean {
  const header = text.slice(0, text.indexOf('\r\n\r\n'));
  if (!/^content-type:\s*"?(?:multipart|message\/delivery-status)/im.test(header)) return false;
  const encapsulated = text.search(/^content-type:\s*"?message\/rfc822\b/im);
  return REPORT_TYPE.test(header) || STATUS_PART.test(encapsulated < 0 ? text : text.slice(0, encapsulated));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name)).sort();
}

function toCase(file: string, { corpora, set, label }: { corpora: string; set: string; label: Label }): Case[] {
  const path = relative(corpora, file);
  const bytes = readFileSync(file);
  // Event streams and other renderings of a mail are no mails.
  if (label === 'none' && /\.(?:xml|out|golden|ref|html|json|md)$/.test(file)) return [];
  if (label === 'none' || /\.(?:eml|msg|txt)$/.test(file)) return [{ set, path, label, content: withLineEnds(bytes) }];
  return /\.(?:xml|json|gz|zip)$/.test(file) ? [{ set, path, label, content: wrapped(basename(file), bytes) }] : [];
}

/** A bare report as its senders mail it: an attachment by its type, under the name it came with. */
function wrapped(name: string, bytes: Buffer): Buffer {
  const type = name.endsWith('.gz')
    ? 'application/gzip'
    : name.endsWith('.zip')
    ? 'application/zip'
    : name.endsWith('.json')
    ? 'application/tlsrpt+json'
    : 'text/xml';
  const lines = bytes.toString('base64').match(/.{1,76}/g) ?? [];
  return Buffer.from([
    'From: reports@example.com',
    'To: receiver@example.net',
    'Subject: Report',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'A report.',
    '--b',
    `Content-Type: ${type}; name="${name}"`,
    `Content-Disposition: attachment; filename="${name}"`,
    'Content-Transfer-Encoding: base64',
    '',
    ...lines,
    '--b--',
    '',
  ].join('\r\n'));
}

function withLineEnds(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replace(/\r\n|\r|\n/g, '\r\n'), 'latin1');
}
