import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deadlines } from '../../src/queue/deadlines.ts';

test('Deadlines expire items in the order in which they were added', async () => {
  const expired: string[] = [];
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const deadlines = new Deadlines<string>(5, (item) => {
    expired.push(item);
    if (expired.length === 3) resolve();
  });
  for (const item of ['first', 'second', 'third']) deadlines.add(item);
  await done;
  assert.deepEqual(expired, ['first', 'second', 'third']);
  assert.equal(deadlines.size, 0);
});

test('Deadlines leave alone what was deleted in time, and go on for what is added later', async () => {
  const { promise: expired, resolve } = Promise.withResolvers<string>();
  const deadlines = new Deadlines<string>(5, resolve);
  deadlines.add('deleted');
  assert.equal(deadlines.delete('deleted'), true);
  assert.equal(deadlines.delete('deleted'), false);
  deadlines.add('late');
  assert.equal(await expired, 'late');
});

test('Deadlines take items that are added while others expire', async () => {
  const expired: string[] = [];
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const deadlines = new Deadlines<string>(5, (item) => {
    expired.push(item);
    if (item === 'second') resolve();
    else deadlines.add('second');
  });
  deadlines.add('first');
  await done;
  assert.deepEqual(expired, ['first', 'second']);
});

test('Deadlines give everything back when cleared, and then expire nothing', async () => {
  const expired: string[] = [];
  const deadlines = new Deadlines<string>(1, (item) => expired.push(item));
  deadlines.add('a');
  deadlines.add('b');
  assert.deepEqual([...deadlines], ['a', 'b']);
  assert.deepEqual(deadlines.clear(), ['a', 'b']);
  const { promise: later, resolve } = Promise.withResolvers<void>();
  new Deadlines<string>(5, () => resolve()).add('witness');
  await later;
  assert.deepEqual(expired, []);
});
