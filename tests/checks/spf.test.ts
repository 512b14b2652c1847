import assert from 'node:assert/strict';
import { test } from 'node:test';
import { client, MESSAGE, runChecks, toMessage } from '../support/run-checks.ts';

test('createChecker() asks the name of the client when the sender is null', async () => {
  const { results } = await runChecks(toMessage(MESSAGE, { client: { ...client, mailFrom: '' } }), { checks: ['spf'] });
  assert.deepEqual(results, [{ spf: 'fail', 'smtp.helo': 'host.example.test' }]);
});
