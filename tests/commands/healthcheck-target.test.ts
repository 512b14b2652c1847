import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHealthcheckTarget } from '../../src/commands/healthcheck-target.ts';
import { loadConfig } from '../../src/config/load.ts';

const cases: readonly { title: string; flags: readonly string[]; target: string | undefined }[] = [
  { title: 'the HTTP door by default', flags: [], target: '127.0.0.1:8485 plain' },
  { title: 'the port of its own before the door', flags: ['--metrics-port=9090'], target: '127.0.0.1:9090 plain' },
  {
    title: 'the address of the port of its own',
    flags: ['--metrics-port=9090', '--metrics-ip=192.0.2.1'],
    target: '192.0.2.1:9090 plain',
  },
  { title: 'the address of the door', flags: ['--http-ip=192.0.2.7,192.0.2.8'], target: '192.0.2.7:8485 plain' },
  { title: 'loopback where the door is on all addresses', flags: ['--http-ip=::'], target: '::1:8485 plain' },
  {
    title: 'the secure port where there is no other',
    flags: ['--http-port=0', '--http-secure-port=8486', '--http-certificate=self-signed'],
    target: '127.0.0.1:8486 secure',
  },
  { title: 'nobody where there is no door', flags: ['--http-port=0'], target: undefined },
];

for (const { title, flags, target } of cases) {
  test(`toHealthcheckTarget chooses ${title}`, () => {
    const { config, faults } = loadConfig({ argv: flags, env: {} });
    assert.deepEqual(faults, []);
    const found = toHealthcheckTarget(config);
    const shown = found && `${found.address}:${found.port} ${found.secure ? 'secure' : 'plain'}`;
    assert.equal(shown, target);
  });
}

test('toHealthcheckTarget knows from http-proxy who has to begin with a header, at the door only', () => {
  const flags = ['--http-proxy=127.0.0.1'];
  const door = toHealthcheckTarget(loadConfig({ argv: flags, env: {} }).config);
  assert.deepEqual([door?.isProxy?.('127.0.0.1'), door?.isProxy?.('127.0.0.2')], [true, false]);
  const own = toHealthcheckTarget(loadConfig({ argv: [...flags, '--metrics-port=9090'], env: {} }).config);
  assert.equal(own?.isProxy, undefined);
});
