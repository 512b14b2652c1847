// The pages of the documentation, taken apart: fenced blocks, headings as anchors, and links.
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The project's root. */
export const ROOT = resolve(import.meta.dirname ?? '.', '../..');

/** Why commands with these programs are not run by tests of the documentation. */
export const NOT_RUN_HERE: Readonly<Record<string, string>> = {
  docker: 'needs a container runtime',
  podman: 'needs a container runtime',
  kubectl: 'needs a Kubernetes cluster',
  systemctl: 'needs root and systemd',
  apt: 'changes the system',
  dpkg: 'changes the system',
  adduser: 'changes the system',
  git: 'needs a checkout of its own',
  npm: 'needs a checkout of its own',
  deno: 'runs from a checkout',
  mkpasswd: 'asks for a password at the terminal',
};

/** A fenced block. */
export interface DocBlock {
  readonly page: string;
  /** Line of the opening fence. */
  readonly line: number;
  /** First word behind the fence; empty where there is none. */
  readonly language: string;
  /** The other words behind it. */
  readonly words: readonly string[];
  readonly text: string;
  /** Why nothing runs it: a command of it is one of `NOT_RUN_HERE`. */
  readonly notRun: string | undefined;
}

/** A link to a place of the project. */
export interface DocLink {
  readonly page: string;
  readonly line: number;
  /** As written, without the anchor; empty for the page itself. */
  readonly path: string;
  readonly anchor: string;
}

/** A page. */
export interface DocPage {
  /** From the root. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly DocBlock[];
  /** What a link to a heading of the page may have behind its `#`. */
  readonly anchors: ReadonlySet<string>;
  readonly links: readonly DocLink[];
}

/** Every page that users or contributors read. */
export function readDocPages(): readonly DocPage[] {
  const paths = [...globSync('docs/*.md', { cwd: ROOT }), ...globSync('*.md', { cwd: ROOT }), 'src/README.md'];
  return paths.sort().map((path) => parseDocPage(path, readFileSync(join(ROOT, path), 'utf8')));
}

/** Reads one page, from its text. */
export function parseDocPage(path: string, text: string): DocPage {
  const blocks: DocBlock[] = [];
  const anchors = new Set<string>();
  const links: DocLink[] = [];
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const fence = /^( *)(`{3,})(.*)$/.exec(line);
    if (fence !== null) {
      const end = lines.findIndex((each, at) => at > index && each.trim() === fence[2]);
      if (end < 0) throw new Error(`${path}:${index + 1}: the block has no end`);
      const [language = '', ...words] = (fence[3] ?? '').trim().split(' ');
      const body = lines.slice(index + 1, end).map((each) => each.slice(fence[1]?.length));
      const content = `${body.join('\n')}\n`;
      const notRun = language === 'sh' || language === 'console' ? findReason(content) : undefined;
      blocks.push({ page: path, line: index + 1, language, words, text: content, notRun });
      index = end;
      continue;
    }
    const heading = /^#+ (.*)$/.exec(line);
    if (heading !== null) addAnchor(anchors, heading[1] ?? '');
    for (const [, target = ''] of line.replaceAll(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue; // somewhere else
      const [file = '', anchor = ''] = target.split('#');
      links.push({ page: path, line: index + 1, path: file, anchor });
    }
  }
  return { path, text, blocks, anchors, links };
}

/** Looks where a command may begin. */
function findReason(text: string): string | undefined {
  const programs = [...text.matchAll(/(?:^(?:\$ )?|[|;&(] *|sudo )([\w-]+)/gm)].map(([, program = '']) => program);
  const found = programs.find((program) => Object.hasOwn(NOT_RUN_HERE, program));
  return found === undefined ? undefined : NOT_RUN_HERE[found];
}

/** One command of a console block, with what it prints. */
export interface Transcript {
  readonly command: string;
  readonly output: string;
}

/** The commands of a console block: `$ ` begins one, `> ` goes on, the rest is output. */
export function readTranscripts(text: string): readonly Transcript[] {
  return text.split(/^\$ /m).slice(1).map((part) => {
    const lines = part.split('\n');
    const count = lines.findIndex((line, index) => index > 0 && !line.startsWith('> '));
    const command = lines.slice(0, count).map((line, index) => index === 0 ? line : line.slice(2));
    return { command: command.join('\n'), output: lines.slice(count).join('\n') };
  });
}

/** As GitHub makes them: lower case, punctuation gone, blanks to dashes, repeated ones numbered. */
function addAnchor(anchors: Set<string>, heading: string): void {
  const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '').replaceAll('\\', '');
  const slug = plain.trim().toLowerCase().replaceAll(/[^\p{L}\p{N}\p{M}_\- ]/gu, '').replaceAll(' ', '-');
  let name = slug;
  for (let count = 1; anchors.has(name); count++) name = `${slug}-${count}`;
  anchors.add(name);
}
