// Why a file cannot be read, from errors of the real file system.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { errorCode, toUnreadable } from '../../src/config/unreadable.ts';

/** The error of reading a path. */
function errorOf(path: string): unknown {
  try {
    readFileSync(path);
  } catch (error) {
    return error;
  }
  throw new Error(`${path} is readable`);
}

const here = import.meta.dirname;

test('toUnreadable() names reason, code and advice for what the file system says', () => {
  assert.equal(toUnreadable(errorOf(join(here, 'missing'))), 'cannot be read: no such file (ENOENT), check the path');
  assert.equal(toUnreadable(errorOf(here)), 'cannot be read: it is a directory (EISDIR), name the file in it');
  assert.equal(
    toUnreadable(errorOf(join(here, 'unreadable.test.ts', 'x'))),
    'cannot be read: a part of the path is not a directory (ENOTDIR), check the path',
  );
});

test('toUnreadable() falls back to the message of an error it does not know', () => {
  const error = Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
  assert.equal(toUnreadable(error), 'cannot be read: EIO: i/o error, read');
  assert.equal(toUnreadable('odd'), 'cannot be read: odd');
});

test('errorCode() finds the code of a system error only', () => {
  assert.equal(errorCode(errorOf(here)), 'EISDIR');
  assert.equal(errorCode(new Error('x')), undefined);
  assert.equal(errorCode({ code: 'ENOENT' }), undefined);
});
