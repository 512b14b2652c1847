// Opens what a parser gave, for a test of one backend.

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { AuthBackend, OpenBackend } from '../../../src/auth/backend.ts';
import type { Parsed } from '../../../src/mail/parsed.ts';
import type { Log } from '../../../src/telemetry/log.ts';
import { createRecordingLog } from '../../support/recording-log.ts';

/** Fails the test when there is nothing to open. */
export function openParsed(
  backend: Parsed<AuthBackend>,
  { log = createRecordingLog(), context }: { readonly log?: Log; readonly context?: TestContext } = {},
): Promise<OpenBackend> {
  assert.ok(backend.ok, backend.ok ? '' : backend.problem);
  const opened = backend.value.open({ log });
  context?.after(async () => (await opened).close());
  return opened;
}
