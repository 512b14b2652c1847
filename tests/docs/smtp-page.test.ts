// docs/smtp.md has every reply of the SMTP door as it is said, and no other; and every x-mq-* header that means something.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { X_MQ_RULES } from '../../src/pipeline/x-mq-table.ts';
import { REPLIES, SESSION_REFUSALS } from '../../src/smtp/reply.ts';
import { ROOT } from '../support/doc-pages.ts';
import { listReplyTexts } from '../support/reply-texts.ts';

const page = readFileSync(join(ROOT, 'docs/smtp.md'), 'utf8');
/** Replies whose words are all made elsewhere: names and challenges. */
const WITHOUT_WORDS = ['250 …', '334 …'];
const rows = [...page.matchAll(/^\| `(\d{3} [^`]*)`( †)? +\|/gm)].map(([, text = '', mark]) => ({
  text: text.replace(/(?<=queued as) …$/, ''),
  closes: mark !== undefined,
}));

test('the page has every reply of the source, and none that the source does not have', () => {
  const said = listReplyTexts();
  assert.ok(said.length > 60, `${said.length}`);
  const shown = rows.map(({ text }) => text).filter((text) => !WITHOUT_WORDS.includes(text));
  assert.deepEqual([...new Set(shown)].sort(), said);
});

test('the page marks the replies that end the connection, and those only', () => {
  const closing = [...Object.values(REPLIES), ...Object.values(SESSION_REFUSALS)].filter(({ close }) => close);
  const texts = new Set(closing.map(({ code, enhancedStatus, lines: [text] }) => `${code} ${enhancedStatus} ${text}`));
  assert.deepEqual(rows.filter(({ text, closes }) => closes !== texts.has(text)).map(({ text }) => text), []);
});

test('the page names every x-mq-* header and its property', () => {
  const rows = page.slice(page.indexOf('## x-mq-')).split('\n');
  const missing = [...X_MQ_RULES].filter(([name, { target }]) =>
    !rows.some((row) => row.includes(`\`x-mq-${name}\``) && row.includes(`| \`${target}\``))
  );
  assert.deepEqual(missing.map(([name]) => name), []);
});
