// The bound on how long a piece of work may take.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withDeadline } from '../../src/auth/deadline.ts';

test('withDeadline() gives the result of the work', async () => {
  assert.equal(await withDeadline({ timeoutMs: 60_000 }, async () => 'result'), 'result');
});

test('withDeadline() passes on what the work rejects with', async () => {
  await assert.rejects(withDeadline({ timeoutMs: 60_000 }, () => Promise.reject(new RangeError('broken'))), RangeError);
});

test('withDeadline() ends work that does not heed its signal, and aborts that signal', async () => {
  const signals: AbortSignal[] = [];
  const work = (signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<never>(() => {});
  };
  await assert.rejects(withDeadline({ timeoutMs: 5 }, work), /no answer within 5 ms/);
  assert.equal(signals[0]?.aborted, true);
});

test('withDeadline() ends the work when the outer signal aborts, with that reason', async () => {
  const controller = new AbortController();
  const result = withDeadline({ timeoutMs: 60_000, signal: controller.signal }, () => new Promise<never>(() => {}));
  controller.abort(new Error('the client is gone'));
  await assert.rejects(result, /the client is gone/);
});

test('withDeadline() does not begin when the outer signal has aborted', async () => {
  let begun = false;
  const work = async () => void (begun = true);
  await assert.rejects(withDeadline({ timeoutMs: 60_000, signal: AbortSignal.abort(new Error('gone')) }, work), /gone/);
  assert.equal(begun, false);
});
