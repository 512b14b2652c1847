import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MESSAGE, runChecks, toMessage } from '../support/run-checks.ts';
import { seal } from '../support/signed-message.ts';

test('createChecker() calls a chain broken only when it is', async () => {
  const unknown = await seal(MESSAGE, { domain: 'example.test', selector: 'late' });
  const broken = (await seal(MESSAGE, { domain: 'example.test' })).replace('hello', 'bye');
  const keyless = await seal(MESSAGE, { domain: 'example.test', selector: 'gone' });
  for (const [message, expected] of [[unknown, 'temperror'], [broken, 'fail'], [keyless, 'fail']] as const) {
    assert.deepEqual((await runChecks(toMessage(message), { checks: ['arc'] })).results, [{ arc: expected }]);
  }
});
