// Running programs: what they get, how they end, and that nothing of them is left.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { runProgram } from '../../src/auth/run-program.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const never = new AbortController().signal;

function shell(script: string, environment: { readonly [name: string]: string } = {}) {
  return { path: '/bin/sh', arguments: ['-c', script], environment, input: 'first\nsecond\n' };
}

async function waitForFile(path: string): Promise<string> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    if (text.endsWith('\n')) return text;
    await sleep(10);
  }
  throw new Error(`nothing was written to ${path}`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie that nobody has reaped yet is not alive.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

for (const status of [0, 1, 7, 126]) {
  test(`runProgram() gives the exit status ${status}`, async () => {
    assert.equal(await runProgram(shell(`exit ${status}`), never), status);
  });
}

test('runProgram() passes standard input, PATH and the given variables, and nothing else', async (context) => {
  const path = join(makeTemporaryDirectory(context), 'out');
  process.env['MAILCHUTE_TEST_LEAK'] = 'leaked';
  await runProgram(shell('cat >"$OUT.in"; env >"$OUT"; pwd >>"$OUT"', { OUT: path }), never);
  delete process.env['MAILCHUTE_TEST_LEAK'];
  assert.equal(readFileSync(`${path}.in`, 'utf8'), 'first\nsecond\n');
  const lines = readFileSync(path, 'utf8').trim().split('\n').filter((line) => !/^(_|SHLVL|PWD|OLDPWD)=/.test(line));
  assert.deepEqual(lines.sort(), ['/', `OUT=${path}`, 'PATH=/usr/local/bin:/usr/bin:/bin'].sort());
});

test('runProgram() is not held up by a program that prints much or reads nothing', async () => {
  const program = {
    ...shell('head -c 10000000 /dev/zero; head -c 1000000 /dev/zero >&2; exit 3'),
    input: 'x'.repeat(1 << 20),
  };
  assert.equal(await runProgram(program, never), 3);
});

test('runProgram() rejects for a program that dies of a signal or cannot be run', async () => {
  await assert.rejects(runProgram(shell('kill -9 $$'), never), /died of SIGKILL/);
  await assert.rejects(runProgram({ ...shell(''), path: '/nonexistent/program' }, never), /ENOENT/);
});

test('runProgram() kills the program and its children when the signal aborts', async (context) => {
  const path = join(makeTemporaryDirectory(context), 'pids');
  const controller = new AbortController();
  const script =
    'trap "" TERM; sleep 600 & (trap "" TERM; sleep 600 & echo $!; wait) >"$OUT.2" & echo $$ $! >"$OUT"; wait';
  const result = runProgram(shell(script, { OUT: path }), controller.signal);
  const pids = `${await waitForFile(path)} ${await waitForFile(`${path}.2`)}`.trim().split(/\s+/).map(Number);
  assert.equal(pids.length, 3);
  assert.deepEqual(pids.map(isAlive), [true, true, true]);
  controller.abort(new Error('too slow'));
  await assert.rejects(result, /too slow/);
  for (let attempt = 0; attempt < 500 && pids.some(isAlive); attempt++) await sleep(10);
  assert.deepEqual(pids.map(isAlive), [false, false, false]);
});

test('runProgram() runs nothing when the signal has aborted', async (context) => {
  const path = join(makeTemporaryDirectory(context), 'out');
  const signal = AbortSignal.abort(new Error('gone'));
  await assert.rejects(async () => runProgram(shell('echo x >"$OUT"', { OUT: path }), signal), /gone/);
  assert.equal(existsSync(path), false);
});
