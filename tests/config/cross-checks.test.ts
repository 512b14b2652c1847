// Rules between keys: the queue type that follows from others, contradictions, and costly combinations.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadText } from '../support/load-text.ts';

const broker = 'rabbitmq-address: amqp://h\n';

const queueTypes = [
  { file: '', type: 'quorum', origin: undefined },
  { file: 'rabbitmq-lazy: true', type: 'lazy', origin: 'rabbitmq-lazy (config.txt:2)' },
  { file: 'rabbitmq-lazy: false', type: 'quorum', origin: undefined },
  { file: 'rabbitmq-maxpriority: 5', type: 'classic', origin: 'rabbitmq-maxpriority (config.txt:2)' },
  { file: 'rabbitmq-maxpriority: 0', type: 'quorum', origin: undefined },
  { file: 'rabbitmq-durable: false', type: 'classic', origin: 'rabbitmq-durable (config.txt:2)' },
  { file: 'rabbitmq-durable: true', type: 'quorum', origin: undefined },
  { file: 'rabbitmq-maxpriority: 5\nrabbitmq-lazy: 1', type: 'lazy', origin: 'rabbitmq-lazy (config.txt:3)' },
  { file: 'rabbitmq-queue-type: classic\nrabbitmq-maxpriority: 5', type: 'classic', origin: 'config.txt:2' },
  { file: 'rabbitmq-queue-type: classic\nrabbitmq-durable: no', type: 'classic', origin: 'config.txt:2' },
  { file: 'rabbitmq-queue-type: classic\nrabbitmq-lazy: 1', type: 'lazy', origin: 'rabbitmq-lazy (config.txt:3)' },
  { file: 'rabbitmq-queue-type: lazy\nrabbitmq-lazy: 0', type: 'lazy', origin: 'config.txt:2' },
  { file: 'rabbitmq-queue-type: lazy\nrabbitmq-maxpriority: 5', type: 'lazy', origin: 'config.txt:2' },
  { file: 'rabbitmq-queue-type: quorum\nrabbitmq-maxpriority:', type: 'quorum', origin: 'config.txt:2' },
];

for (const { file, type, origin } of queueTypes) {
  test(`the queue type of ${JSON.stringify(file)} is ${type}`, () => {
    const { config, given, faults } = loadText({ file: broker + file });
    assert.deepEqual(faults, []);
    assert.equal(config['rabbitmq-queue-type'], type);
    assert.equal(given.get('rabbitmq-queue-type')?.origin, origin);
  });
}

test('an explicit quorum contradicts every key that quorum queues do not know', () => {
  const file = 'rabbitmq-queue-type: quorum\nrabbitmq-lazy: 1\nrabbitmq-maxpriority: 5\nrabbitmq-durable: 0\n';
  assert.deepEqual(loadText({ file }).faults, [
    'config.txt:1: rabbitmq-queue-type: quorum does not go with rabbitmq-lazy (config.txt:2): ' +
    'choose classic, or leave rabbitmq-lazy out',
    'config.txt:1: rabbitmq-queue-type: quorum does not go with rabbitmq-maxpriority (config.txt:3): ' +
    'choose classic, or leave rabbitmq-maxpriority out',
    'config.txt:1: rabbitmq-queue-type: quorum does not go with rabbitmq-durable (config.txt:4): ' +
    'choose classic, or leave rabbitmq-durable out',
  ]);
});

const warnings = [
  { name: 'nothing special', file: broker, expected: [] },
  {
    name: 'records that do not survive the broker',
    file: `${broker}rabbitmq-persistent: false\nrabbitmq-durable: no`,
    expected: [
      'config.txt:2: rabbitmq-persistent: false: accepted mail is lost when the broker restarts',
      'config.txt:3: rabbitmq-durable: false: accepted mail is lost when the broker restarts',
    ],
  },
  {
    name: 'proxies whose clients may connect',
    file: 'smtp-proxy: 192.0.2.1\nsmtp-range: 0.0.0.0/0',
    expected: [],
  },
  { name: 'a switched-off old form', file: 'smtp-proxy: 0', expected: [] },
  {
    name: 'proxies whose clients may not connect',
    file: 'smtp-proxy: 192.0.2.1',
    expected: [
      'config.txt:1: smtp-proxy: has smtp-range at its default: no client of a proxy may connect, set smtp-range',
    ],
  },
  ...['1', '192.0.2.1;::/0'].map((value) => ({
    name: 'peers that can name any client',
    file: `smtp-range: 10.0.0.0/8\nsmtp-proxy: ${value}`,
    expected: [
      'config.txt:2: smtp-proxy: every peer is believed to be a proxy and can name any client: ' +
      'list the addresses of the proxies',
    ],
  })),
  {
    name: 'proxies whose clients have to log in',
    file: 'smtp-proxy: 192.0.2.1\nsmtp-auth: users://*\nsmtp-certificate: self-signed',
    expected: [],
  },
  {
    name: 'refused mail without anybody who has to log in',
    file: 'rabbitmq-refused: refused',
    expected: [
      'config.txt:1: rabbitmq-refused: smtp-auth is not set: no mail is refused for lack of authentication',
    ],
  },
  ...['smtp-auth: users://*', 'smtp-username: u\nsmtp-password: p'].map((login) => ({
    name: 'refused mail with a login',
    file: `rabbitmq-refused: refused\nrabbitmq-local: inbox\nsmtp-certificate: self-signed\n${login}`,
    expected: [],
  })),
  {
    name: 'broker keys without a broker',
    file: 'rabbitmq-exchange: mailerq\nrabbitmq-inbox: in\nrabbitmq-throttle: 5\nrabbitmq-verify: true',
    expected: [
      'rabbitmq-address: is not set: messages go to the embedded queue and not to a broker; no effect: ' +
      'rabbitmq-exchange, rabbitmq-throttle',
    ],
  },
  {
    name: 'a spool without a broker',
    file: 'spool: on',
    expected: [
      'rabbitmq-address: is not set: messages go to the embedded queue and not to a broker; no effect: spool',
    ],
  },
  { name: 'a spool with a broker', file: `${broker}spool: on`, expected: [] },
  {
    name: 'a message size over the limit of the broker',
    file: `${broker}smtp-maxsize: 50MB`,
    expected: ['config.txt:2: smtp-maxsize: is more than rabbitmq-max-message-size, which is the limit then'],
  },
  { name: 'a message size within the limit', file: `${broker}smtp-maxsize: 16MB`, expected: [] },
  { name: 'a message size without broker', file: 'smtp-maxsize: 50MB', expected: [] },
  {
    name: 'a memory limit that is small for the largest message',
    file: 'memory-limit: 31MB',
    expected: [
      'config.txt:1: memory-limit: is less than twice the largest message (16777216 bytes): ' +
      'such a message will take more than it',
    ],
  },
  { name: 'a memory limit that fits small messages', file: 'memory-limit: 2MB\nsmtp-maxsize: 1MB', expected: [] },
  {
    name: 'no port at all',
    file: 'smtp-port: 0\nhttp-port:',
    expected: ['smtp-port, http-port: both are none: no door will be open'],
  },
  { name: 'one door', file: 'smtp-port: 0', expected: [] },
  {
    name: 'results of no checks',
    file: 'smtp-auth-results: local',
    expected: ['config.txt:1: smtp-auth-results: has no effect: smtp-check is empty, there are no results'],
  },
  { name: 'results of checks', file: 'smtp-auth-results: local\nsmtp-check: spf', expected: [] },
];

for (const { name, file, expected } of warnings) {
  test(`crossCheck() looks at ${name}`, () => {
    const loaded = loadText({ file });
    assert.deepEqual(loaded.faults, []);
    assert.deepEqual(loaded.warnings, expected);
  });
}

const faults = [
  { file: 'smtp-username: u', fault: 'config.txt:1: smtp-username: needs smtp-password, too: nobody could log in' },
  { file: 'smtp-password: p', fault: 'config.txt:1: smtp-password: needs smtp-username, too: nobody could log in' },
  {
    file: 'smtp-username: u\nsmtp-password:',
    fault: 'config.txt:1: smtp-username: needs smtp-password, too: nobody could log in',
  },
  {
    file: 'memory-limit: 1023KB\nsmtp-maxsize: 100KB',
    fault: 'config.txt:1: memory-limit: is too little to take any mail, expected at least 1048576 bytes',
  },
  {
    file: 'rabbitmq-refused: inbox\nsmtp-auth: users://*',
    fault: 'config.txt:1: rabbitmq-refused: is the same queue as rabbitmq-inbox: ' +
      'name another one, refused mail may be dropped',
  },
  {
    file: 'rabbitmq-local: x\nrabbitmq-refused: x\nsmtp-auth: users://*',
    fault: 'config.txt:2: rabbitmq-refused: is the same queue as rabbitmq-local: ' +
      'name another one, refused mail may be dropped',
  },
  {
    file: 'rabbitmq-primary: x\nrabbitmq-refused: x\nsmtp-auth: users://*',
    fault: 'config.txt:2: rabbitmq-refused: is the same queue as rabbitmq-primary: ' +
      'name another one, refused mail may be dropped',
  },
];

for (const { file, fault } of faults) {
  test(`crossCheck() refuses ${JSON.stringify(file)}`, () => assert.deepEqual(loadText({ file }).faults, [fault]));
}
