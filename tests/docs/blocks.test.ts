// Every fenced block of the documentation is of a known kind, and what can be said of it without running it holds.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Script } from 'node:vm';
import { parseDocument } from 'yaml';
import { checkConfig } from '../../src/commands/check-config.ts';
import { furnish, movePaths } from '../support/doc-place.ts';
import { type DocBlock, readDocPages, readTranscripts, ROOT } from '../support/doc-pages.ts';
import { runCommand } from '../support/run-command.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

/** What becomes of the blocks of each language. */
const LANGUAGES: Readonly<Record<string, string>> = {
  conf: 'goes through check-config, below',
  json: 'is parsed, below',
  jsonl: 'is parsed, below',
  sh: 'is parsed below and run by tests/e2e/docs.test.ts',
  console: 'is parsed below and run by tests/e2e/docs.test.ts, where its output is compared',
  smtp: 'is spoken with the gateway by tests/e2e/docs.test.ts',
  haproxy: 'is run by tests/smtp/haproxy.real.test.ts and tests/http/haproxy.real.test.ts',
  logrotate: 'is run by tests/e2e/log-rotation.test.ts',
  yaml: 'is parsed below; the alerts are read by promtool in tests/e2e/metrics.test.ts',
  dockerfile: 'is compared with the Dockerfile, below',
  js: 'is parsed below, or run where it has a name',
  text: 'shows a form, for nobody to run',
  http: 'is compared with the answer to the command before it by tests/e2e/http-examples.test.ts',
};

const blocks = readDocPages().flatMap((page) => page.blocks);
const place = ({ page, line }: DocBlock) => `${page}:${line}`;
const of = (...languages: string[]) => blocks.filter(({ language }) => languages.includes(language));

/** The commands of a block: all of it, or the lines behind the prompts. */
function toCommands({ language, text }: DocBlock): string {
  return language === 'console' ? readTranscripts(text).map(({ command }) => `${command}\n`).join('') : text;
}

test('every block says what it is', () => {
  assert.deepEqual(blocks.filter(({ language }) => !(language in LANGUAGES)).map(place), []);
});

test('every command is one that a shell can read', () => {
  const commands = of('sh', 'console').map((block) => ({ at: place(block), text: toCommands(block) }));
  assert.deepEqual(commands.filter(({ text }) => text === '').map(({ at }) => at), []);
  for (const { at, text } of commands) {
    assert.doesNotThrow(() => execFileSync('sh', ['-n'], { input: text, stdio: ['pipe', 'ignore', 'pipe'] }), at);
  }
});

for (const block of of('json', 'jsonl')) {
  test(`the JSON of ${place(block)} is valid`, () => {
    const texts = block.language === 'json' ? [block.text] : block.text.trim().split('\n');
    for (const text of texts) assert.doesNotThrow(() => JSON.parse(text));
  });
}

for (const block of of('yaml')) {
  test(`the YAML of ${place(block)} is valid`, () => assert.deepEqual(parseDocument(block.text).errors, []));
}

for (const block of of('js').filter(({ words }) => words.length === 0)) {
  test(`the program of ${place(block)} can be read`, () => assert.doesNotThrow(() => new Script(block.text)));
}

test('what the pages say for a container is what the Dockerfile has', () => {
  const words = (text: string) => text.replace('/usr/bin/', '').split(/[ \n]+/).filter((word) => word !== '');
  const file = new Set(words(readFileSync(join(ROOT, 'Dockerfile'), 'utf8')));
  assert.deepEqual(of('dockerfile').flatMap(({ text }) => words(text)).filter((word) => !file.has(word)), []);
});

/** Checks a configuration; the examples need no key that they do not show. */
function check(text: string, context: TestContext) {
  const directory = makeTemporaryDirectory(context);
  furnish(directory);
  const path = join(directory, 'config.txt');
  writeFileSync(path, movePaths(text, directory));
  return runCommand(checkConfig, [`--config-file=${path}`]);
}

for (const block of of('conf')) {
  test(`the configuration of ${place(block)} is one that check-config takes`, (context) => {
    const { code, stderr } = check(block.text, context);
    assert.equal(code, 0, stderr);
  });
}

test('a configuration with a fault is noticed', (context) => {
  const { code, stderr } = check('smtp-prot: 25\n', context);
  assert.equal(code, 2);
  assert.match(stderr, /nearest known one is smtp-port/);
});
