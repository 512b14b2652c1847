import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAmqpAddresses } from '../../src/queue/amqp-address.ts';

const ANONYMOUS = { username: 'guest', password: 'guest' };

const CASES = [
  {
    name: 'fills in port, virtual host and the guest user',
    texts: ['amqp://mq.example.com'],
    expected: [{ ...ANONYMOUS, protocol: 'amqp', hostname: 'mq.example.com', port: 5672, vhost: '/' }],
  },
  {
    name: 'knows the port of TLS',
    texts: ['amqps://mq.example.com/'],
    expected: [{ ...ANONYMOUS, protocol: 'amqps', hostname: 'mq.example.com', port: 5671, vhost: '/' }],
  },
  {
    name: 'decodes credentials and virtual host',
    texts: ['amqp://us%40er:p%2Fw%C3%B6rd@mq:99/mail%2Fin'],
    expected: [{ username: 'us@er', password: 'p/wörd', protocol: 'amqp', hostname: 'mq', port: 99, vhost: 'mail/in' }],
  },
  {
    name: 'takes a percent sign that encodes nothing as it stands',
    texts: ['amqp://user:50%off@mq/%2f'],
    expected: [{ username: 'user', password: '50%off', protocol: 'amqp', hostname: 'mq', port: 5672, vhost: '/' }],
  },
  {
    name: 'keeps an empty password when there is a user',
    texts: ['amqp://user@mq'],
    expected: [{ username: 'user', password: '', protocol: 'amqp', hostname: 'mq', port: 5672, vhost: '/' }],
  },
  {
    name: 'takes IPv6 addresses out of their brackets',
    texts: ['amqp://[::1]:5673/v'],
    expected: [{ ...ANONYMOUS, protocol: 'amqp', hostname: '::1', port: 5673, vhost: 'v' }],
  },
  {
    name: 'reads a host list in one URL, as MailerQ up to 4.3 wrote it',
    texts: ['amqp://u:p;w@mq1;mq2:5673; mq3/v'],
    expected: [
      { username: 'u', password: 'p;w', protocol: 'amqp', hostname: 'mq1', port: 5672, vhost: 'v' },
      { username: 'u', password: 'p;w', protocol: 'amqp', hostname: 'mq2', port: 5673, vhost: 'v' },
      { username: 'u', password: 'p;w', protocol: 'amqp', hostname: 'mq3', port: 5672, vhost: 'v' },
    ],
  },
  {
    name: 'keeps the order of several URLs, also where a semicolon parts them',
    texts: ['amqps://b', 'amqp://a/;amqp://c/'],
    expected: [
      { ...ANONYMOUS, protocol: 'amqps', hostname: 'b', port: 5671, vhost: '/' },
      { ...ANONYMOUS, protocol: 'amqp', hostname: 'a', port: 5672, vhost: '/' },
      { ...ANONYMOUS, protocol: 'amqp', hostname: 'c', port: 5672, vhost: '/' },
    ],
  },
] as const;

for (const { name, texts, expected } of CASES) {
  test(`parseAmqpAddresses() ${name}`, () => {
    assert.deepEqual(parseAmqpAddresses(texts).map(({ label: _, ...address }) => address), expected);
  });
}

test('parseAmqpAddresses() makes labels without credentials', () => {
  const labels = parseAmqpAddresses(['amqp://user:secret@mq1;[::1]:99/v', 'amqp://mq']).map(({ label }) => label);
  assert.deepEqual(labels, ['mq1:5672/v', '[::1]:99/v', 'mq:5672/']);
});

const REFUSED = [
  { text: 'mq.example.com', message: /'mq\.example\.com': expected amqp:/ },
  { text: 'http://mq', message: /expected amqp:/ },
  { text: 'amqp://', message: /expected amqp:/ },
  { text: 'amqp://mq:99999', message: /expected amqp:/ },
  { text: 'amqp://u:s3cret@mq?heartbeat=5', message: /'amqp:\/\/u:\*\*\*@mq\?heartbeat=5': expected nothing after/ },
  { text: 'amqp://u:s3c@ret@mq:port', message: /'amqp:\/\/u:\*\*\*@mq:port'/ },
];

for (const { text, message } of REFUSED) {
  test(`parseAmqpAddresses() refuses '${text}' without showing a password`, () => {
    assert.throws(() => parseAmqpAddresses([text]), (error: Error) => {
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /s3c/);
      return true;
    });
  });
}

test('parseAmqpAddresses() refuses an empty list', () => {
  assert.throws(() => parseAmqpAddresses([]), /rabbitmq-address: empty/);
});
