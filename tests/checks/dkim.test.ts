import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MESSAGE, runChecks, toMessage } from '../support/run-checks.ts';
import { signMessage } from '../support/signed-message.ts';

test('createChecker() verifies ten signatures at most, from the top', async () => {
  let message = MESSAGE;
  for (let index = 0; index < 12; index++) {
    message = await signMessage(message, { domain: index < 2 ? 'stranger.test' : 'example.test' });
  }
  const { results } = await runChecks(toMessage(message), { checks: ['dkim'] });
  assert.deepEqual(results.map((each) => 'domain' in each && each.domain), Array(10).fill('example.test'));
  assert.ok(results.every((each) => 'dkim' in each && each.dkim === 'pass'));
});
