import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LookOptions, type Overview, shareLooks } from '../../src/commands/overview.ts';

test('shareLooks gives everybody who asks meanwhile the same answer, and looks again later', async () => {
  const asked: LookOptions[] = [];
  let answer = Promise.withResolvers<Overview>();
  const look = shareLooks((what) => {
    asked.push(what);
    return answer.promise;
  });
  const both = [look({ metrics: true }), look({ metrics: true })];
  const other = look({ metrics: false });
  answer.resolve({ health: { ready: true, reasons: [] } });
  const [first, second] = await Promise.all([...both, other]);
  assert.equal(first, second);
  assert.deepEqual(asked, [{ metrics: true }, { metrics: false }]);
  answer = Promise.withResolvers();
  const failing = look({ metrics: true });
  answer.reject(new Error('no'));
  await assert.rejects(failing, /no/);
  answer = Promise.withResolvers();
  answer.resolve({ health: { ready: false, reasons: [] } });
  assert.equal((await look({ metrics: true })).health.ready, false);
});
