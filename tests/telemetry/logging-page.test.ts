// The examples of docs/logging.md are what the logs are like.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { EVENTS } from '../../src/telemetry/events.ts';
import { type LoggedEvent, toTextLine } from '../../src/telemetry/text-line.ts';

const page = readFileSync(resolve(import.meta.dirname ?? '.', '../../docs/logging.md'), 'utf8');
const [event = '', record = ''] = [...page.matchAll(/```jsonl\n(.*)\n```/g)].map(([, json]) => json);

test('the event of the page has its sentence, and reads as text as the page shows it', () => {
  const logged = JSON.parse(event) as LoggedEvent;
  assert.equal(logged['text'], EVENTS[logged.event].text);
  const [, text] = /```text\n(\d{4}-.*\n)```/.exec(page) ?? [];
  assert.equal(toTextLine(logged, { colours: false }), text);
});

test('every event that the page names is one', () => {
  const names = [...page.matchAll(/`((?:log|message)\.[a-z-]+)`/g)].map(([, name = '']) => name);
  assert.ok(names.length > 4);
  assert.deepEqual(names.filter((name) => !(name in EVENTS)), []);
});

test('the page explains every name of the received log', () => {
  const table = page.slice(page.indexOf('| name '), page.indexOf('## Rotation'));
  const explained = [...table.matchAll(/^\| (`.*?`) +\|/gm)].flatMap(([, cell = '']) =>
    cell.match(/[a-z][\w-]*/g) ?? []
  );
  const names = Object.keys(JSON.parse(record));
  assert.deepEqual(names.filter((name) => !explained.includes(name)), []);
});
