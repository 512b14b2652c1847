// What somebody who has just started the gateway is told to try.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadGatewayConfig } from '../../src/commands/gateway-config.ts';
import { toNextSteps } from '../../src/commands/next-steps.ts';

const LINES = ['SMTP 127.0.0.1:2525', 'SMTP [::1]:2525', 'SMTPS 127.0.0.1:465', 'HTTP 127.0.0.1:8485'];

function stepsFor(flags: readonly string[], lines = LINES): string[] {
  const loaded = loadGatewayConfig({ argv: flags, env: {} });
  const text = toNextSteps(loaded, { lines, program: './mailchute' });
  return text.split('\n').filter((line) => line.startsWith('  ')).map((line) => line.trim());
}

const cases: readonly { name: string; flags: readonly string[]; lines?: string[]; expected: readonly RegExp[] }[] = [
  {
    name: 'an open gateway',
    flags: [],
    expected: [
      /^curl -sS http:\/\/127\.0\.0\.1:8485\/v1/,
      /\| curl -sS smtp:\/\/127\.0\.0\.1:2525 /,
      /^\.\/mailchute queue get inbox$/,
    ],
  },
  {
    name: 'doors on all addresses',
    flags: ['--rabbitmq-inbox=my queue', "--queue-path=/tmp/it's here"],
    lines: ['SMTP 0.0.0.0:2525', 'HTTP [::]:8485'],
    expected: [
      /http:\/\/\[::1\]:8485\//,
      /smtp:\/\/127\.0\.0\.1:2525 /,
      / get 'my queue' --queue-path='\/tmp\/it'\\''s here'$/,
    ],
  },
  { name: 'RabbitMQ', flags: ['--rabbitmq-address=amqp://localhost'], expected: [/^curl -sS http/, /curl -sS smtp/] },
  { name: 'SMTP alone', flags: [], lines: ['SMTP 127.0.0.1:25'], expected: [/curl -sS smtp/, /queue get/] },
  {
    name: 'a login for SMTP',
    flags: ['--smtp-username=u', '--smtp-password=p'],
    expected: [/^curl -sS http/, /queue get/],
  },
  { name: 'ranges at both doors', flags: ['--smtp-range=192.0.2.0/24', '--http-range=192.0.2.0/24'], expected: [] },
  { name: 'proxies at both doors', flags: ['--smtp-proxy=127.0.0.1', '--http-proxy=127.0.0.1'], expected: [] },
];

for (const { name, flags, lines, expected } of cases) {
  test(`toNextSteps() suits ${name}`, () => {
    const steps = stepsFor(flags, lines);
    assert.equal(steps.length, expected.length, steps.join('\n'));
    for (const [index, pattern] of expected.entries()) assert.match(steps[index] ?? '', pattern);
  });
}
