// The README's first screen, run as it stands there: every command, and its output up to ids, times, names and ports.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const ROOT = resolve(import.meta.dirname ?? '.', '../..');

interface Example {
  readonly command: string;
  readonly output: string;
}

/** The console blocks of one section. */
function readExamples(section: string): Example[] {
  const text = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const body = text.split(/^## /m).find((part) => part.startsWith(section)) ?? '';
  return [...body.matchAll(/```console\n\$ (.*)\n([^]*?)```/g)].map(([, command = '', output = '']) => ({
    command,
    output,
  }));
}

/** What differs from run to run; hostnames and sizes differ from machine to machine. */
function normalize(output: string): string {
  return output
    .replaceAll(/\b[0-9A-Z]{25,32}\b/g, 'ID')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'TIME')
    .replaceAll(/\w{3}, \d+ \w{3} \d{4} \d\d:\d\d:\d\d/g, 'TIME')
    .replaceAll(/"(remote-port|size)":\d+/g, '"$1":0')
    .replaceAll(/"sha256":"[0-9a-f]{64}"/g, '"sha256":""')
    .replaceAll(/"(hostname|helo)":"[^"]*"/g, '"$1":"NAME"')
    .replaceAll(/(by|from) [\w.-]+( with|\s\()/g, '$1 NAME$2');
}

test("The README's first screen works as it stands there", async (context) => {
  const env = { ...process.env, MAILCHUTE_QUEUE_PATH: join(makeTemporaryDirectory(context), 'queue.db') };
  const [start, ...examples] = readExamples('Two commands');
  assert.equal(start?.command, 'npm ci && npm start');
  assert.equal(examples.at(-1)?.command, 'npm ci && npm test');
  const gateway = spawn('npm', ['start'], { cwd: ROOT, env, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  context.after(() => gateway.pid !== undefined && process.kill(-gateway.pid, 'SIGKILL'));
  let said = '';
  await new Promise<void>((open, fail) => {
    gateway.once('exit', (code) => fail(new Error(`npm start ended with ${code}: ${said}`)));
    gateway.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('HTTP 127.0.0.1:8485')) open();
    });
  });
  assert.match(said, /^SMTP 127\.0\.0\.1:2525$/m);
  for (const { command, output } of examples.slice(0, -1)) {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd: ROOT, env, encoding: 'utf8' });
    assert.equal(status, 0, `${command}: ${stderr}`);
    const ended = stdout === '' || stdout.endsWith('\n') ? stdout : `${stdout}\n`;
    assert.equal(normalize(ended), normalize(output), command);
  }
});
