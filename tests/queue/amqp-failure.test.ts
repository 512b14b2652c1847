import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAmqpAddresses } from '../../src/queue/amqp-address.ts';
import { toBrokerText, toConnectFailure, toErrorCode } from '../../src/queue/amqp-failure.ts';

const [ADDRESS] = parseAmqpAddresses(['amqp://mail:secret@mq/ingest']);

const CASES = [
  {
    error: new Error(
      'Handshake terminated by server: 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - Login was refused"',
    ),
    reason: /password of 'mail'/,
    advice: /rabbitmq-address/,
  },
  {
    error: new Error('Expected ConnectionOpenOk; got <ConnectionClose channel:0>'),
    reason: /virtual host 'ingest' to 'mail'/,
    advice: /grant/,
  },
  { error: failure('ECONNREFUSED', 'connect ECONNREFUSED'), reason: /nothing listens/, advice: /start RabbitMQ/ },
  { error: failure('ENOTFOUND', 'getaddrinfo ENOTFOUND mq'), reason: /'mq' cannot be resolved/, advice: /name server/ },
  { error: new Error('connect ETIMEDOUT'), reason: /no answer/, advice: /firewalls/ },
  { error: failure('EHOSTUNREACH', 'connect EHOSTUNREACH'), reason: /no answer/, advice: /firewalls/ },
  {
    error: failure('DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate'),
    reason: /not accepted: self-signed/,
    advice: /rabbitmq-ca/,
  },
  { error: failure('ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number'), reason: /TLS/, advice: /5671/ },
  { error: failure('ECONNRESET', 'read ECONNRESET'), reason: /closed the connection/, advice: /AMQP/ },
  { error: new Error('Socket closed abruptly during opening handshake'), reason: /closed the conn/, advice: /AMQP/ },
  { error: new Error('something new'), reason: /^something new$/, advice: /log of the broker/ },
];

for (const { error, reason, advice } of CASES) {
  test(`toConnectFailure() explains '${error.message.slice(0, 60)}'`, () => {
    assert.ok(ADDRESS);
    const failure = toConnectFailure(error, ADDRESS);
    assert.match(failure.reason, reason);
    assert.match(failure.advice, advice);
    assert.doesNotMatch(JSON.stringify(failure), /secret/);
  });
}

test('toConnectFailure() says that the user guest is for the own machine only', () => {
  const [address] = parseAmqpAddresses(['amqp://mq']);
  assert.ok(address);
  assert.match(toConnectFailure(new Error('ACCESS_REFUSED'), address).advice, /own machine/);
});

test('toBrokerText() finds the sentence of the broker, quotes included', () => {
  const error = new Error(
    'Operation failed: QueueDeclare; 404 (NOT-FOUND) with message "NOT_FOUND - no queue \'a"b\'"',
  );
  assert.equal(toBrokerText(error), "NOT_FOUND - no queue 'a\"b'");
  assert.equal(toBrokerText('plain'), 'plain');
});

test('toErrorCode() finds numbers and names only', () => {
  assert.equal(toErrorCode(failure('ECONNRESET', '')), 'ECONNRESET');
  assert.equal(toErrorCode(Object.assign(new Error(), { code: 406 })), 406);
  assert.equal(toErrorCode(new Error('none')), undefined);
  assert.equal(toErrorCode(undefined), undefined);
});

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
