// Starts Debian's spamd on loopback with its own rules, without the network and without anybody's preferences.
import process from 'node:process';
import { userInfo } from 'node:os';
import type { TestContext } from 'node:test';
import type { SpamdAddress } from '../../../src/checks/spamd.ts';
import { startServerProcess } from '../../auth/support/server-process.ts';
import { freePorts } from '../../support/free-port.ts';

// Loading and compiling the rules takes some seconds; so may the first message.
const TIMEOUT_MS = 60_000;

/** Runs until the test ends. */
export async function startSpamd(context: TestContext): Promise<SpamdAddress> {
  const [port = 0] = await freePorts(1);
  // It does not work for root.
  const username = process.getuid?.() === 0 ? 'nobody' : userInfo().username;
  await startServerProcess(context, {
    path: '/usr/sbin/spamd',
    arguments: [
      ...['--local', '--nouser-config', '--syslog=stderr', `--username=${username}`],
      ...[`--listen=127.0.0.1:${port}`, '--max-children=1', '--cf=use_bayes 0'],
    ],
    readyText: 'server started on',
  });
  return { host: '127.0.0.1', port, timeoutMs: TIMEOUT_MS };
}
