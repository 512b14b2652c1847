// Broker addresses: MailerQ's spellings, raw passwords, and faults that give no password away.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokerAddresses } from '../../src/config/broker-addresses.ts';
import { testValueType } from '../support/value-cases.ts';

testValueType('brokerAddresses()', brokerAddresses(), {
  reads: [
    ['amqp://localhost', ['amqp://localhost']],
    ['amqp://guest:guest@localhost/', ['amqp://guest:guest@localhost/']],
    ['AMQPS://mq.example.com:5671/prod', ['amqps://mq.example.com:5671/prod']],
    ['amqp://[::1]:5672/%2F', ['amqp://[::1]:5672/%2F']],
    ['amqp://u:p@a,amqp://u:p@b', ['amqp://u:p@a', 'amqp://u:p@b']],
    ['amqp://u:p@a ; amqps://u:p@b/v', ['amqp://u:p@a', 'amqps://u:p@b/v']],
    ['amqp://u:p@a;b;c:5673/v', ['amqp://u:p@a/v', 'amqp://u:p@b/v', 'amqp://u:p@c:5673/v']],
    ['amqp://u:p@a;b;', ['amqp://u:p@a', 'amqp://u:p@b']],
    ['amqp://a,amqp://a', ['amqp://a']],
    ['amqp://u:p#1/2?@host/v', ['amqp://u:p%231%2F2%3F@host/v']],
    ['amqp://u:a@b@host', ['amqp://u:a%40b@host']],
    ['amqp://u:50%@host', ['amqp://u:50%25@host']],
    ['amqp://u:p%23@host', ['amqp://u:p%23@host']],
    ['amqp://u:a:b@host', ['amqp://u:a%3Ab@host']],
    ['amqp://user@host', ['amqp://user@host']],
  ],
  refuses: [
    ['localhost', '"localhost" is not an AMQP URL'],
    ['http://localhost', '"http://localhost" is not an AMQP URL'],
    ['amqp:/localhost', '"amqp:***" is not an AMQP URL'],
    ['amqp://u:secret@', '"amqp://u:***@" is not an AMQP URL'],
    ['amqp://u:secret@host/v?heartbeat=5', '"amqp://u:***@host/v?heartbeat=5" is not an AMQP URL'],
    ['guest:secret@localhost', '"guest:***@localhost" is not an AMQP URL'],
    ['amqp://u:secret@host:port', '"amqp://u:***@host:port" has no valid host'],
    ['amqp://u:secret@host:99999', '"amqp://u:***@host:99999" has no valid host'],
    ['amqp://u:secret@[::x]', '"amqp://u:***@[::x]" has no valid host'],
    ['amqp://u:secret@a b', '"amqp://u:***@a b" has no valid host'],
    ['amqp://;', '"amqp://;" has no host'],
    ['amqp://a,,b?', '"amqp://a,,b?" is not an AMQP URL'],
  ],
});

test('every address it reads is one that URL() understands, with user and password unharmed', () => {
  const read = brokerAddresses().parse('amqp://us er:p@ss/w#rd?%@host:5673/my vhost');
  assert.ok(read.ok);
  const url = new URL(read.value[0] ?? '');
  assert.equal(decodeURIComponent(url.username), 'us er');
  assert.equal(decodeURIComponent(url.password), 'p@ss/w#rd?%');
  assert.equal(url.host, 'host:5673');
  assert.equal(decodeURIComponent(url.pathname), '/my vhost');
});
