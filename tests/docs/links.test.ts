// Links between the pages of the documentation lead somewhere, and the index has every page.
import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type DocLink, parseDocPage, readDocPages, ROOT } from '../support/doc-pages.ts';

const pages = readDocPages();
const byPath = new Map(pages.map((page) => [page.path, page]));

/** What is wrong with a link; undefined when it leads somewhere. */
function findFault({ page, line, path, anchor }: DocLink): string | undefined {
  const target = path === '' ? page : join(page, '..', path);
  if (!existsSync(join(ROOT, target))) return `${page}:${line}: there is no ${target}`;
  if (anchor === '') return undefined;
  const anchors = byPath.get(target)?.anchors;
  return anchors?.has(anchor) === true ? undefined : `${page}:${line}: ${target} has no heading #${anchor}`;
}

test('every link of the pages leads to a file that is there, and to a heading of it', () => {
  const links = pages.flatMap((page) => page.links);
  assert.ok(links.length > 60, `${links.length} links`);
  assert.deepEqual(links.flatMap((link) => findFault(link) ?? []), []);
});

test('a link that leads nowhere is noticed', () => {
  const { links } = parseDocPage('docs/a.md', '[a](b.md) [c](http.md#no-such) [d](#d) `[e](e.md)`\n\n## D\n');
  assert.deepEqual(links.slice(0, 2).map(findFault), [
    'docs/a.md:1: there is no docs/b.md',
    'docs/a.md:1: docs/http.md has no heading #no-such',
  ]);
  assert.equal(links.length, 3);
});

test('headings become anchors as GitHub makes them', () => {
  const { anchors } = parseDocPage('a.md', '# A `b_c`: D, e\n## x-mq-* headers\n## [F](f.md)\n## F\n');
  assert.deepEqual([...anchors], ['a-b_c-d-e', 'x-mq--headers', 'f', 'f-1']);
});

test('docs/README.md links every page and file of docs/', () => {
  const linked = new Set(byPath.get('docs/README.md')?.links.map(({ path }) => path));
  const files = globSync('docs/*', { cwd: ROOT }).map((path) => path.slice('docs/'.length));
  assert.deepEqual(files.filter((file) => file !== 'README.md' && !linked.has(file)), []);
});
