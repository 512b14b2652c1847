// Puts generated text into a page that is otherwise written by hand, between two marks.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname ?? '.', '../..');
const END = '<!-- end -->';

/** The page of that path with the text as it is now; throws when the page has no place for it. */
export function fillPage(path: string, { mark, text }: { readonly mark: string; readonly text: string }): string {
  const page = readFileSync(resolve(ROOT, path), 'utf8');
  const opening = `<!-- ${mark}: written by npm run docs -->`;
  const [begin, end] = [page.indexOf(opening), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${path} has no place for ${mark}`);
  return `${page.slice(0, begin)}${opening}\n\n${text}\n${page.slice(end)}`;
}
