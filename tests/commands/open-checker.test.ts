// Which checks a configuration asks for, and where they look.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openChecker } from '../../src/commands/open-checker.ts';
import { loadText } from '../support/load-text.ts';
import { startNameServer } from '../support/name-server.ts';
import { createRecordingLog } from '../support/recording-log.ts';

test('openChecker() makes no checks where none is configured', () => {
  assert.equal(openChecker(loadText({}).config, createRecordingLog()), undefined);
});

test('openChecker() asks the configured name server as often as it is told', async (context) => {
  const server = await startNameServer(context, { 'a.test': { otherwise: 2 } });
  const file = `smtp-check: spf\ndns-nameserver: 127.0.0.1:${server.port}\ndns-attempts: 3\ndns-timeout: 5`;
  const checker = openChecker(loadText({ file }).config, createRecordingLog());
  const results = await checker?.run({
    header: Buffer.from('\r\n'),
    body: [],
    client: { mailFrom: 'x@a.test', helo: 'h.test', remoteIp: '192.0.2.1' },
    mta: 'mx.test',
    session: 's',
  });
  assert.deepEqual(results, [{ spf: 'temperror', 'smtp.mailfrom': 'x@a.test' }]);
  assert.deepEqual(server.questions, ['TXT a.test', 'TXT a.test', 'TXT a.test']);
});
