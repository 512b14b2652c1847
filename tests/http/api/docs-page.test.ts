// GET /docs as HTML: it has all of the document, needs nothing from elsewhere, and runs nothing.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { createDocument } from '../../../src/http/api/create-document.ts';
import { PAGE_POLICY, toDocsPage } from '../../../src/http/api/docs-page.ts';
import { markup } from '../../../src/http/api/markup.ts';
import { ALL_ROUTES } from '../../../src/http/api/operations.ts';
import { PROBLEMS } from '../../../src/http/problem.ts';
import { apiDocument } from '../../support/api-contract.ts';

const page = toDocsPage(apiDocument);

test('The page has every operation with its parameters, bodies, answers and commands', () => {
  const has = (text: string) => assert.ok(page.includes(markup`${text}`.text), text);
  for (const [path, methods] of Object.entries(apiDocument.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      assert.ok(page.includes(`id="${operation.operationId}"><span class="method">${method.toUpperCase()}<`));
      has(path);
      for (const { name, description } of operation.parameters ?? []) {
        [name, description.split('`')[0] ?? ''].forEach(has);
      }
      for (const type of Object.keys(operation.requestBody?.content ?? {})) has(type);
      for (const { source, answer = '' } of operation['x-codeSamples'] ?? []) [source, answer].forEach(has);
      for (const { headers = {} } of Object.values(operation.responses)) Object.keys(headers).forEach(has);
    }
  }
});

test('The page explains every problem and every schema, and links lead somewhere', () => {
  for (const [code, { title, advice }] of Object.entries(PROBLEMS)) {
    assert.ok(page.includes(`id="problem-${code}"`), code);
    assert.ok(page.includes(markup`${title}. ${advice}`.text), code);
  }
  for (const name of Object.keys(apiDocument.components.schemas)) assert.ok(page.includes(`id="schema-${name}"`), name);
  const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, target]) => target);
  assert.ok(targets.length > 50);
  for (const target of targets) assert.ok(page.includes(`id="${target}"`), target);
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length);
});

test('The page fetches nothing, runs nothing, and its policy allows its own style only', () => {
  assert.doesNotMatch(page, /<(?:script|link|img|iframe|object|form|base)\b|\son\w+=|\sstyle=|@import|url\(/i);
  const links = [...page.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, link = '']) => link);
  assert.ok(links.every((link) => link.startsWith('#') || link === '/openapi.json'));
  const style = /<style>([^]*?)<\/style>/.exec(page)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  assert.ok(PAGE_POLICY.includes(`style-src 'sha256-${hash}'`));
  assert.match(PAGE_POLICY, /^default-src 'none'; /);
  assert.match(style, /color-scheme: light dark/);
});

test('The page can be read without seeing it: landmarks, headings without gaps, heads of columns', () => {
  for (const part of ['<html lang="en">', '<header>', '<nav aria-label=', '<main id="content">', 'href="#content"']) {
    assert.ok(page.includes(part), part);
  }
  const levels = [...page.matchAll(/<h(\d)/g)].map(([, level]) => Number(level));
  assert.deepEqual(levels.filter((level) => level === 1), [1]);
  assert.ok(levels.every((level, index) => level - (levels[index - 1] ?? 0) <= 1));
  assert.equal(page.match(/<table>/g)?.length, page.match(/<table>\n<thead><tr><th scope="col">/g)?.length);
  assert.doesNotMatch(page.replaceAll(/<pre.*?<\/pre>/gs, ''), /\\/, 'no escape is left over');
});

const logins = [
  [{ tokens: false, users: false }, /asks for no credentials/],
  [{ tokens: true, users: false }, /Send a token/],
  [{ tokens: true, users: true }, /Send a token .* or a user \(HTTP Basic\) with each message/],
] as const;
for (const [login, words] of logins) {
  test(`The page says what a gateway asks for: ${JSON.stringify(login)}`, async () => {
    assert.match(toDocsPage(await createDocument(ALL_ROUTES, login)), words);
  });
}
