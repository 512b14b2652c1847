// The benchmark's reading of /proc: a tree's times, those of its dead included.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { test } from 'node:test';
import { parseStat, type ProcessStat, readTree, sumTree } from '../../../scripts/bench/process-tree.ts';

const REST = '0 -1 4194560 1 2 3 4 150 50 30 20 20 0 1 0 900 5000000 256 18446744073709551615 1 1';

test('parseStat() reads a process whose name holds spaces and parentheses', () => {
  const stat = parseStat(`4711 (a (b) c) S 4700 4711 4711 ${REST}\n`);
  // 150 + 50 + 30 + 20 hundredths of a second; 256 pages.
  assert.deepEqual(stat, { pid: 4711, parent: 4700, cpuUs: 2_500_000, residentBytes: 1_048_576 });
});

test('sumTree() takes the process and all below it, in whatever order they are listed', () => {
  const stat = (pid: number, parent: number): ProcessStat => ({ pid, parent, cpuUs: pid, residentBytes: 1000 });
  const stats = [stat(4, 3), stat(1, 0), stat(3, 2), stat(2, 1), stat(9, 1)];
  assert.deepEqual(sumTree(stats, 2), { cpuUs: 9, residentBytes: 3000, processes: 3 });
  assert.equal(sumTree(stats, 77).processes, 0);
});

test('readTree() counts a child that has ended with the parent that waited for it', () => {
  const before = readTree(process.pid).cpuUs;
  execFileSync(process.execPath, ['--eval', 'const end = Date.now() + 100; while (Date.now() < end);'], {
    // Deno takes the same words for the same thing.
    env: { ...process.env, NO_COLOR: '1' },
  });
  assert.ok(readTree(process.pid).cpuUs > before);
  assert.throws(() => readTree(2 ** 30), /has ended/);
});
