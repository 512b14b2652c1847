// SQLite's errors as results and sentences, in the forms in which both runtimes give them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isBusy, OutOfSpaceError, QueueFileError, toPublishFailure } from '../../src/queue/embedded-fault.ts';

function makeError(message: string, errcode?: number): Error {
  return Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', ...(errcode === undefined ? {} : { errcode }) });
}

const errors: readonly (readonly [error: Error, fault: string, detail: RegExp])[] = [
  [makeError('database or disk is full', 13), 'full', /the disk is full: free space there/],
  [makeError('database or disk is full'), 'full', /the disk is full: free space there/],
  [makeError('disk I/O error', 778), 'full', /a disk quota, a file size limit or the disk itself stops writing/],
  [makeError('disk I/O error', 1034), 'unavailable', /the disk does not work: see the system log/],
  [makeError('disk I/O error'), 'unavailable', /the disk does not work: see the system log/],
  [makeError('attempt to write a readonly database', 8), 'unavailable', /it is read-only/],
  [makeError('attempt to write a readonly database', 1032), 'unavailable', /it is read-only/],
  [makeError('database is locked'), 'unavailable', /another process keeps it locked/],
  [makeError('database disk image is malformed', 11), 'unavailable', /it is damaged/],
  [makeError('unable to open database file: file:///q?mode=rw'), 'unavailable', /it cannot be opened/],
  [makeError('something new', 99), 'unavailable', /^queue-path \/q: something new$/],
  [
    new OutOfSpaceError('queue-path /q: the disk is full (1 MiB left)'),
    'full',
    /^queue-path \/q: the disk is full \(1 MiB left\)$/,
  ],
  [new QueueFileError('queue-path /q: removed'), 'unavailable', /^queue-path \/q: removed$/],
];

for (const [error, fault, detail] of errors) {
  test(`"${error.message}" ${'errcode' in error ? error.errcode : 'without a code'} is ${fault}`, () => {
    const failure = toPublishFailure('/q', error);
    assert.equal(failure.fault, fault);
    assert.match(failure.detail, detail);
    assert.ok(failure.detail.startsWith('queue-path /q: '), failure.detail);
  });
}

const locks: readonly (readonly [error: unknown, busy: boolean])[] = [
  [makeError('database is locked', 5), true],
  [makeError('database is locked', 517), true],
  [makeError('database is locked'), true],
  [makeError('database or disk is full', 13), false],
  ['database is locked', false],
];

for (const [error, busy] of locks) {
  test(`${error} with ${JSON.stringify(error)} ${busy ? 'is' : 'is not'} a lock of another connection`, () => {
    assert.equal(isBusy(error), busy);
  });
}
