// Every script in dialogs/ against a real door: what a client sees, reply by reply.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseDialog, runDialog } from '../support/smtp-dialog.ts';

const directory = new URL('dialogs/', import.meta.url);
const files = readdirSync(directory).filter((file) => file.endsWith('.txt')).sort();

for (const file of files) {
  const dialog = parseDialog(readFileSync(new URL(file, directory), 'utf8'));
  test(`${file.slice(0, 2)}: ${dialog.name}`, () => runDialog(dialog));
}

test('A script that expects what the server does not say fails', async () => {
  const wrong = ['S: 221', 'S: 220\nC: NOOP', 'S: 220\nC: NOOP\nS: 250\nS: 250', 'S: 220\nC: QUIT\nS: 221\nR: {}'];
  for (const script of wrong) {
    await assert.rejects(runDialog(parseDialog(`# wrong\nC: QUIT\n${script}\nS-EOF`)), script);
  }
  assert.throws(() => parseDialog('X: y'), SyntaxError);
});
