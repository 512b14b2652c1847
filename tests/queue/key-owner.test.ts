// Whether the owner of a claim is gone: only when that is certain.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { test } from 'node:test';
import { createKeyOwner, isOwnerGone } from '../../src/queue/key-owner.ts';

const self = createKeyOwner();

test('A process that has ended is gone, a running one is not', async () => {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  assert.equal(isOwnerGone(createKeyOwner(child.pid), self), true);
  assert.equal(isOwnerGone(createKeyOwner(process.ppid), self), false);
  assert.equal(isOwnerGone(self, self), false);
});

test('A process that had the number of this one is gone', () => {
  assert.equal(isOwnerGone(createKeyOwner(), self), true);
});

test('Of a process in another namespace nothing is known', () => {
  for (const owner of ['pid:[1] 1 abc', `pid:[1] ${process.pid} abc`, '- 1 abc']) {
    assert.equal(isOwnerGone(owner, self), false);
  }
  assert.equal(isOwnerGone('- 1 abc', '- 1 def'), false);
});
