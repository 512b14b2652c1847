// Which environment variables are settings, and which merely look like some.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEnvironment, toVariable } from '../../src/config/environment.ts';
import { toFaultLine } from '../../src/config/fault.ts';
import { KNOWN_NAMES } from '../../src/config/keys.ts';

/** Name and value of each setting. */
function pairs(env: { readonly [name: string]: string | undefined }): string[][] {
  return readEnvironment(env).entries.map(({ name, value }) => [name, value]);
}

test('readEnvironment() turns a variable into a key, whatever the order', () => {
  const env = { MAILCHUTE_SMTP_PORT: ' 2525 ', PATH: '/bin', MAILCHUTE_HTTP_IP: '', MAILERQ_SMTP_PORT: '1' };
  assert.deepEqual(pairs(env), [['http-ip', ''], ['smtp-port', '2525']]);
  assert.deepEqual(readEnvironment(env).entries.map(({ where }) => where), [
    'environment MAILCHUTE_HTTP_IP',
    'environment MAILCHUTE_SMTP_PORT',
  ]);
});

test('readEnvironment() passes over the variables of the scripts', () => {
  const env = {
    MAILCHUTE_CORPORA: '/c',
    MAILCHUTE_TEST_AMQP: 'x',
    MAILCHUTE_TEST_: '',
    MAILCHUTE_BIN: 'dist/mailchute',
  };
  assert.deepEqual(pairs(env), []);
});

test('readEnvironment() keeps unknown names, so that they are reported', () => {
  const env = { MAILCHUTE_SMTP_PROT: '1', MAILCHUTE_: 'x', MAILCHUTE_smtp_port: '2', MAILCHUTE_TESTS: '1' };
  assert.deepEqual(pairs(env).map(([name]) => name).sort(), ['', 'smtp-prot', 'smtp_port', 'tests']);
});

test('readEnvironment() passes over what Kubernetes says about Services called mailchute', () => {
  const env = {
    MAILCHUTE_SERVICE_HOST: '10.0.0.1',
    MAILCHUTE_SERVICE_PORT: '25',
    MAILCHUTE_SERVICE_PORT_SMTP: '25',
    MAILCHUTE_PORT: 'tcp://10.0.0.1:25',
    MAILCHUTE_PORT_25_TCP: 'tcp://10.0.0.1:25',
    MAILCHUTE_PORT_25_TCP_ADDR: '10.0.0.1',
    MAILCHUTE_PORT_25_TCP_PROTO: 'tcp',
    MAILCHUTE_QUEUE_SERVICE_HOST: '10.0.0.2',
    MAILCHUTE_QUEUE_PORT_5672_TCP: 'tcp://10.0.0.2:5672',
  };
  assert.deepEqual(readEnvironment(env), { entries: [], warnings: [] });
});

test('readEnvironment() says so when such a variable has the name of a key', () => {
  const { entries, warnings } = readEnvironment({
    MAILCHUTE_SMTP_PORT: 'tcp://10.0.0.1:25',
    MAILCHUTE_HTTP_PORT: '80',
  });
  assert.deepEqual(entries.map(({ name }) => name), ['http-port']);
  assert.deepEqual(warnings.map(toFaultLine), [
    'environment MAILCHUTE_SMTP_PORT: "tcp://10.0.0.1:25" describes a Kubernetes Service and is passed over ' +
    '(enableServiceLinks)',
  ]);
});

test('every known name has a variable that leads back to it', () => {
  const lost = [...KNOWN_NAMES.keys()].filter((name) => pairs({ [toVariable(name)]: 'x' })[0]?.[0] !== name);
  assert.deepEqual(lost, []);
});
