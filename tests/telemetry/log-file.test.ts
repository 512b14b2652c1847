// A log file on a disk that fails, and under the hands of logrotate.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { LogFile } from '../../src/telemetry/log-file.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

function open(context: TestContext) {
  const path = join(makeTemporaryDirectory(context), 'a.log');
  const reports: string[] = [];
  const disk = { room: Infinity };
  const file = new LogFile(path, {
    report: (event, { lost, error }) => void reports.push([event, lost ?? error ?? ''].join(' ').trim()),
    write(descriptor, bytes, offset) {
      if (disk.room === 0) throw new Error('ENOSPC');
      const written = writeSync(descriptor, bytes, offset, Math.min(disk.room, bytes.length - offset));
      disk.room -= written;
      return written;
    },
  });
  context.after(() => file.close());
  return { path, reports, disk, file, read: () => readFileSync(path, 'utf8') };
}

test('A LogFile appends to a file that others may not read', (context) => {
  const { path, file, read } = open(context);
  file.append('a\nb\n');
  const other = new LogFile(path, { report: () => {} });
  other.append('c\n');
  other.close();
  file.append('d\n');
  assert.equal(read(), 'a\nb\nc\nd\n');
  assert.equal(statSync(path).mode & 0o007, 0);
});

test('A LogFile on a full disk says so once, and once how many lines were lost when there is room again', (context) => {
  const { disk, file, read, reports } = open(context);
  file.append('a\n');
  disk.room = 0;
  file.append('b\nc\n');
  file.append('d\n');
  disk.room = Infinity;
  file.append('e\n');
  file.append('f\n');
  assert.equal(read(), 'a\ne\nf\n');
  assert.deepEqual(reports, ['log.failed ENOSPC', 'log.restored 3']);
});

test('A LogFile whose disk is full in the middle of a line ends that line before the next one', (context) => {
  const { disk, file, read, reports } = open(context);
  disk.room = 7;
  file.append('line1\nline2\nline3\n');
  file.append('line4\n');
  disk.room = Infinity;
  file.append('line5\n');
  assert.equal(read(), 'line1\nl\nline5\n');
  assert.deepEqual(reports, ['log.failed ENOSPC', 'log.restored 3']);
});

test('A LogFile whose report is a line for itself comes to an end', (context) => {
  const path = join(makeTemporaryDirectory(context), 'a.log');
  let isFull = true;
  const file: LogFile = new LogFile(path, {
    report: (event) => file.append(`${event}\n`),
    write(descriptor, bytes, offset) {
      if (isFull) throw new Error('ENOSPC');
      return writeSync(descriptor, bytes, offset);
    },
  });
  context.after(() => file.close());
  file.append('a\n');
  isFull = false;
  file.append('b\n');
  assert.equal(readFileSync(path, 'utf8'), 'b\nlog.restored\n');
});

test('LogFile.reopen() goes on in the file that has the path now', (context) => {
  const { path, file, read, reports } = open(context);
  file.append('a\n');
  renameSync(path, `${path}.1`);
  file.append('b\n');
  file.reopen();
  file.append('c\n');
  assert.equal(readFileSync(`${path}.1`, 'utf8'), 'a\nb\n');
  assert.equal(read(), 'c\n');
  assert.deepEqual(reports, ['log.reopened']);
});

test('LogFile.reopen() keeps the file that it has when the path cannot be opened', (context) => {
  const { path, file, reports } = open(context);
  renameSync(path, `${path}.1`);
  mkdirSync(path);
  file.reopen();
  file.append('a\n');
  assert.equal(readFileSync(`${path}.1`, 'utf8'), 'a\n');
  assert.match(reports.join(), /^log\.kept .*EISDIR/);
  rmSync(path, { recursive: true });
});

test('A closed LogFile takes nothing and opens nothing', (context) => {
  const { path, file, reports } = open(context);
  file.close();
  rmSync(path);
  file.append('a\n');
  file.reopen();
  assert.throws(() => statSync(path));
  assert.deepEqual(reports, []);
});

test('A LogFile that cannot be opened names itself', (context) => {
  const path = makeTemporaryDirectory(context);
  assert.throws(() => new LogFile(path, { report: () => {} }), /^Error: Cannot open the log file \/.*EISDIR/);
});
