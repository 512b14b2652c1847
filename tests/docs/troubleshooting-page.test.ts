// docs/troubleshooting.md has whatever a user may see that is not as it should be: replies, events, reasons, start errors.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EVENTS } from '../../src/telemetry/events.ts';
import { ROOT } from '../support/doc-pages.ts';
import { listReplyTexts } from '../support/reply-texts.ts';

const page = readFileSync(join(ROOT, 'docs/troubleshooting.md'), 'utf8');
const source = globSync('{src/**/*.ts,scripts/mailchute}', { cwd: ROOT }).map((path) =>
  readFileSync(join(ROOT, path), 'utf8')
)
  .join('\n');

test('the page has every reply of class 4 and 5, as it is said', () => {
  const refusals = listReplyTexts().filter((text) => /^[45]/.test(text));
  assert.ok(refusals.length > 45);
  assert.deepEqual(refusals.filter((text) => !page.includes(`\`${text}\``)), []);
});

test('the page has every reply that it quotes from the source', () => {
  const said = new Set(listReplyTexts());
  const quoted = [...page.matchAll(/`([2345]\d\d [^`]*[a-z][^`]*)`/g)].map(([, text = '']) => text);
  assert.deepEqual(quoted.filter((text) => !said.has(text)), []);
});

test('the page has a row for every warning and every error of the log, and for nothing else', () => {
  const table = page.slice(page.indexOf('\n## Events'), page.indexOf('\n## It is slow'));
  const rows = [...table.matchAll(/^\| `([\w.-]+)` +\|/gm)].map(([, name = '']) => name);
  const bad = Object.entries(EVENTS).filter(([, { level }]) => level !== 'info').map(([name]) => name);
  assert.deepEqual(rows.sort(), bad.sort());
});

/** The longest part of a quoted message that does not vary, as the source may have it. */
function toFixedPart(text: string): string {
  return text.split(/…|'…'/).reduce((longest, part) => part.length > longest.length ? part : longest, '').trim();
}

for (const heading of ['It does not start', 'RabbitMQ']) {
  test(`what the program says under "${heading}" stands in the source`, () => {
    const start = page.indexOf(`\n## ${heading}`);
    const section = page.slice(start, page.indexOf('\n## ', start + 1));
    const cells = [...section.matchAll(/^\| (`.*?`) +\| /gm)].map(([, cell = '']) => cell);
    const quoted = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => toFixedPart(text)));
    assert.ok(quoted.length > 6);
    assert.deepEqual(quoted.filter((text) => !source.includes(text)), []);
  });
}
