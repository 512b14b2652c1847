// docs/commands.md has every command that the help knows, as it is called there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { help } from '../../src/commands/help.ts';
import { ROOT } from '../support/doc-pages.ts';
import { runCommand } from '../support/run-command.ts';

const page = readFileSync(join(ROOT, 'docs/commands.md'), 'utf8');

test('the page has a heading for every command, and the usage of those that take more than flags', () => {
  const overview = runCommand(help, []).stdout;
  const usages = [...overview.matchAll(/^ {2}mailchute (.+?)(?: {2}.*)?$/gm)].map(([, usage = '']) => usage.trim());
  assert.ok(usages.length > 7);
  for (const usage of usages) {
    const name = usage.replaceAll(/[[\]]/g, '').replace(/ (?:[A-Z-].*)$/, '');
    assert.ok(page.includes(`\n## ${name}\n`), name);
    assert.ok(
      usage.startsWith('[serve]') || usage === name || page.includes(usage.replace(/^help \[KEY\]$/, 'help KEY')),
      usage,
    );
  }
});
