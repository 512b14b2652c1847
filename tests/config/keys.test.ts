// The table as a whole: every name once, every key documented, and every key of MailerQ known.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ELSEWHERE_KEYS } from '../../src/config/keys-elsewhere.ts';
import { UNSUPPORTED_KEYS } from '../../src/config/keys-unsupported.ts';
import { type Config, KEY_GROUPS, KEY_NAMES, KEYS, KNOWN_NAMES } from '../../src/config/keys.ts';
import { loadText } from '../support/load-text.ts';

const allNames = [
  ...KEY_NAMES.flatMap((name) => [name, ...KEYS[name].aliases, ...KEYS[name].fallback]),
  ...[...UNSUPPORTED_KEYS].flatMap(([name, { aliases }]) => [name, ...aliases]),
  ...ELSEWHERE_KEYS.keys(),
];

test('no name stands for two settings', () => {
  assert.deepEqual(allNames.filter((name, index) => allNames.indexOf(name) !== index), []);
  assert.equal(KNOWN_NAMES.size, allNames.length);
});

test('every name is lower-case words with dashes', () => {
  assert.deepEqual(allNames.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)), []);
});

test('every key is in one group, in the order of the table', () => {
  assert.deepEqual(KEY_GROUPS.flatMap(({ names }) => names), KEY_NAMES);
});

test('every key has sentences, and says what being unset means', () => {
  assert.deepEqual(KEY_NAMES.filter((name) => !/^[A-Z].*\.$/.test(KEYS[name].doc)), []);
  assert.deepEqual(KEY_NAMES.filter((name) => KEYS[name].initialText === '' && KEYS[name].without === undefined), []);
});

test('every default, written into a file, is itself and gives neither fault nor warning', () => {
  const file = KEY_NAMES.map((name) => `${name}: ${KEYS[name].initialText}\n`).join('').replace(
    'rabbitmq-inbox: \n',
    '',
  );
  const loaded = loadText({ file });
  assert.deepEqual(loaded.faults, []);
  assert.deepEqual(loaded.warnings, []);
  assert.deepEqual(loaded.config, loadText({}).config);
});

test('Config has the types of the table', () => {
  const { config } = loadText({});
  const typed: {
    ports: readonly number[];
    seconds: number;
    bytes: number;
    bool: boolean;
    type: 'quorum' | 'classic' | 'lazy';
    addresses: readonly string[] | undefined;
    encoding: 'gzip' | undefined;
    priority: number | undefined;
  } = {
    ports: config['smtp-port'],
    seconds: config['smtp-timeout'],
    bytes: config['smtp-maxsize'],
    bool: config['smtp-received'],
    type: config['rabbitmq-queue-type'],
    addresses: config['rabbitmq-address'],
    encoding: config['rabbitmq-encoding'],
    priority: config['rabbitmq-maxpriority'],
  };
  // @ts-expect-error: a key that may be unset is not a string without a check
  const unchecked: string = config['smtp-hostname'];
  // @ts-expect-error: only names of the table are keys
  const unknown: unknown = (config satisfies Config)['smtp-prot'];
  assert.deepEqual([typed.ports, unchecked, unknown], [[25], undefined, undefined]);
});

/** The settings of MailerQ 5.12 by kind, as an operator would find them in a file. */
const mailerq = {
  key: 'rabbitmq-address rabbitmq-declare rabbitmq-durable rabbitmq-encoding rabbitmq-exchange rabbitmq-inbox ' +
    'rabbitmq-lazy rabbitmq-local rabbitmq-maxpriority rabbitmq-persistent rabbitmq-publishers rabbitmq-refused rabbitmq-reports ' +
    'rabbitmq-throttle rabbitmq-verify smtp-check smtp-auth-results spamassassin-host spamassassin-port dns-timeout dns-attempts ' +
    'dns-nameserver ' +
    'server-id smtp-auth smtp-username smtp-password smtp-connections smtp-connections-in smtp-ip smtp-maxsize smtp-port smtp-range smtp-ranges ' +
    'smtp-certificate smtp-ciphers smtp-key smtp-privatekey smtp-secure-port www-certificate www-privatekey www-secure-port ' +
    'smtp-threads max-threads smtp-hostname smtp-protection smtp-proxy smtp-timeout smtp-validate-address dsn-advertise application-log received-log-file www-ip www-port',
  fallback: 'rabbitmq-outbox rabbitmq-queue',
  unsupported: 'spool-directory spool-delay spool-extract spool-fail-directory spool-remove storage-address ' +
    'storage-policy received-log-format received-log-directory plugin-directory rabbitmq-host rabbitmq-user rabbitmq-password',
  elsewhere: 'cluster-address cluster-exchange database-address database-ttl dsn-notify dsn-ret dns-min-ttl ' +
    'dns-threads error-log heartbeat license lock max-attempts max-delivertime rabbitmq-consumers rabbitmq-dsn ' +
    'rabbitmq-failure rabbitmq-qos rabbitmq-minqos rabbitmq-flush-qos rabbitmq-results rabbitmq-retry ' +
    'rabbitmq-retries rabbitmq-success retry-interval send-log-file smarthost smtp-sink-address smtp-connections-out ' +
    'temporary-type user validate-envelope validate-recipient www-dir www-host www-url www-password',
};

for (const [kind, names] of Object.entries(mailerq)) {
  test(`MailerQ's names are of the kind "${kind}": ${names}`, () => {
    assert.deepEqual(names.split(' ').filter((name) => KNOWN_NAMES.get(name)?.kind !== kind), []);
  });
}
