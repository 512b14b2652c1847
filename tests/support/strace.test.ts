// The reader of strace's output, on recorded lines.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findEarlyPromises, parseStrace } from './strace.ts';

const write = '7 pwrite64(5</q/db-wal>, "page 250 A1 end", 15, 32) = 15';
const sync = '7 fdatasync(5</q/db-wal>) = 0';
const promise = '7 write(1<pipe:[9]>, "250 A1 for x\\r\\n", 14) = 14';

const orders: { readonly [name: string]: { readonly lines: readonly string[]; readonly early: readonly string[] } } = {
  'write, sync, promise': { lines: [write, sync, promise], early: [] },
  'no sync': { lines: [write, promise, sync], early: ['A1'] },
  'a sync before the write': { lines: [sync, write, promise], early: ['A1'] },
  'no write': { lines: [sync, promise], early: ['A1'] },
  'a sync of another file': { lines: [write, '7 fdatasync(6</q/db>) = 0', promise], early: ['A1'] },
  'a failed sync': { lines: [write, `${sync.slice(0, -1)}-1 EIO (Input/output error)`, promise], early: ['A1'] },
  'a sync in another thread that returns in time': {
    lines: [write, '8 fdatasync(5</q/db-wal> <unfinished ...>', '8 <... fdatasync resumed>) = 0', promise],
    early: [],
  },
  'a sync that returns too late': {
    lines: [write, '8 fdatasync(5</q/db-wal> <unfinished ...>', promise, '8 <... fdatasync resumed>) = 0'],
    early: ['A1'],
  },
  'a sync that began before the write': {
    lines: ['8 fdatasync(5</q/db-wal> <unfinished ...>', write, '8 <... fdatasync resumed>) = 0', promise],
    early: ['A1'],
  },
  'an id in a log file, which promises nothing': {
    lines: ['7 write(2</var/log/x>, "250 A1 for x", 12) = 12', write, sync, promise],
    early: [],
  },
};

for (const [name, { lines, early }] of Object.entries(orders)) {
  test(`findEarlyPromises() judges: ${name}`, () => {
    const isLog = (path: string) => path === '/q/db-wal';
    const report = findEarlyPromises(parseStrace(lines.join('\n')), { isLog, promise: /250 (\w+) for/g });
    assert.deepEqual([report.promised, report.early], [['A1'], early]);
  });
}
