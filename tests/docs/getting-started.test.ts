// What docs/getting-started.md shows of the first start is what the gateway prints.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadGatewayConfig } from '../../src/commands/gateway-config.ts';
import { toNextSteps } from '../../src/commands/next-steps.ts';
import { readDocPages } from '../support/doc-pages.ts';

test('the page shows the doors and the commands that npm start prints', () => {
  const page = readDocPages().find(({ path }) => path === 'docs/getting-started.md');
  const shown = page?.blocks.find(({ language }) => language === 'text')?.text ?? '';
  const argv = ['--smtp-ip=127.0.0.1', '--smtp-port=2525', '--http-ip=127.0.0.1'];
  const lines = ['SMTP 127.0.0.1:2525', 'HTTP 127.0.0.1:8485'];
  const steps = toNextSteps(loadGatewayConfig({ argv, env: {} }), { lines, program: 'npx mailchute' });
  assert.equal(shown, `${lines.join('\n')}\n${steps.trimEnd()}\n`);
});
