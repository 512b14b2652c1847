// Gives a test a directory of its own that is removed with everything in it when the test ends.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** Creates the directory and returns its path. */
export function makeTemporaryDirectory(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'mailchute-test-'));
  context.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
