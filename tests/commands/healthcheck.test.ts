import assert from 'node:assert/strict';
import { test } from 'node:test';
import { healthcheck } from '../../src/commands/healthcheck.ts';
import { openHttpDoor } from '../support/open-http-door.ts';

async function run(...argv: readonly string[]) {
  let stderr = '';
  let stdout = '';
  const code = await healthcheck(argv, {
    env: {},
    stdout: (text) => void (stdout += text),
    stderr: (text) => void (stderr += text),
  }, { deadlineMs: 10_000 });
  return { code, stdout, stderr };
}

test('healthcheck is silent with 0 when the gateway is ready', async (context) => {
  const { port } = await openHttpDoor(context);
  assert.deepEqual(await run('--http-ip=127.0.0.1', `--http-port=${port}`), { code: 0, stdout: '', stderr: '' });
});

test('healthcheck gives the reasons with 1 when the gateway is not ready', async (context) => {
  const { port } = await openHttpDoor(context, { health: () => ({ ready: false, reasons: ['one', 'two'] }) });
  const { code, stderr } = await run('--http-ip=127.0.0.1', `--http-port=${port}`);
  assert.deepEqual([code, stderr], [1, 'mailchute healthcheck: one; two\n']);
});

test('healthcheck names the keys with 2 when there is nothing to ask', async () => {
  const { code, stderr } = await run('--http-port=0');
  assert.equal(code, 2);
  assert.match(stderr, /metrics-port, http-port and http-secure-port/);
});

test('healthcheck names what is wrong with the configuration with 2', async () => {
  const { code, stderr } = await run('--http-port=many');
  assert.equal(code, 2);
  assert.match(stderr, /--http-port: "many" .* expected ports/);
});
