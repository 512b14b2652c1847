// The stretching loop, followed by hand for its first rounds.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { mixRounds, repeatTo } from '../../../src/auth/crypt/mix-rounds.ts';

const md5 = (...parts: readonly Uint8Array[]) => createHash('md5').update(Buffer.concat(parts)).digest();

test('mixRounds() leaves out the salt every third and the second password every seventh round', () => {
  const start = Buffer.from('digest of 16 by.');
  const password = Buffer.from('password');
  const salt = Buffer.from('salt');
  const first = md5(start, password);
  const second = md5(password, salt, password, first);
  const third = md5(second, salt, password, password);
  const fourth = md5(password, password, third);
  const steps = mixRounds({ algorithm: 'md5', rounds: 4, digest: start, password, salt });
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  assert.deepEqual(Buffer.from(step.value), fourth);
});

test('mixRounds() yields between its rounds', () => {
  const bytes = Buffer.alloc(16);
  const steps = mixRounds({ algorithm: 'md5', rounds: 1000, digest: bytes, password: bytes, salt: bytes });
  assert.ok([...steps].length > 20);
});

test('repeatTo() repeats and cuts', () => {
  assert.deepEqual(repeatTo(Uint8Array.of(1, 2, 3), 7), Uint8Array.of(1, 2, 3, 1, 2, 3, 1));
  assert.deepEqual(repeatTo(Uint8Array.of(1, 2, 3), 0), Uint8Array.of());
});
