// A real browser (Debian's package chromium), without a screen, for which every name below .example is this machine.
import { existsSync } from 'node:fs';
import process from 'node:process';
import type { TestContext } from 'node:test';
import { type Browser, chromium } from 'playwright-core';

const PROGRAM = '/usr/bin/chromium';

/** Starts it; it ends with the test. */
export async function startBrowser(t: TestContext): Promise<Browser> {
  if (!existsSync(PROGRAM)) throw new Error('chromium is missing: install the Debian package chromium');
  const args = ['--host-resolver-rules=MAP *.example 127.0.0.1', '--disable-gpu', '--disable-dev-shm-usage'];
  // Its sandbox refuses to be run by root; the pages are the test's own.
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  const browser = await chromium.launch({ executablePath: PROGRAM, args });
  t.after(() => browser.close());
  return browser;
}
