// Words, names, paths and log targets: what each reads and refuses.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  choice,
  choices,
  exchangeName,
  hostName,
  hostOrAddress,
  logTargets,
  path,
  queueName,
  readablePath,
  text,
  words,
} from '../../src/config/texts.ts';
import { testValueType } from '../support/value-cases.ts';

testValueType("choice('reject', 'fix', 'allow')", choice('reject', 'fix', 'allow'), {
  reads: [['reject', 'reject'], ['FIX', 'fix'], ['Allow', 'allow']],
  refuses: [['fixed', '"fixed" is not one of these'], ['reject,fix', '"reject,fix" is not one of these']],
});

test('choice() names its words in a sentence', () => {
  assert.equal(choice('gzip').accepts, 'gzip');
  assert.equal(choice('strict', 'loose').accepts, 'strict or loose');
  assert.equal(choice('quorum', 'classic', 'lazy').accepts, 'quorum, classic or lazy');
});

testValueType("choices('a', 'b', 'c')", choices('a', 'b', 'c'), {
  reads: [['a', ['a']], ['c, A,c', ['a', 'c']]],
  refuses: [['a,d', '"d" is not one of these'], ['a,,b', '"" is not one of these']],
});

testValueType('hostOrAddress()', hostOrAddress(), {
  reads: ['localhost', '192.0.2.1', '2001:db8::1', 'spamd.example.com'].map((text) => [text, text]),
  refuses: ['[::1]', 'a b', 'host:783'].map((text) => [text, `"${text}" is neither`]),
});

const longLabel = 'a'.repeat(63);
const longName = `${longLabel}.${longLabel}.${longLabel}.${'a'.repeat(61)}`; // 253 characters

testValueType('hostName()', hostName(), {
  reads: ['localhost', 'mx1.example.com', 'my_box', '3com.com', 'xn--bcher-kva.example', longLabel, longName]
    .map((text) => [text, text]),
  refuses: ['-a.com', 'a-.com', 'a..com', '.com', 'com.', 'a b', 'mx 250', 'bücher.example', '[1.2.3.4]', 'a/b']
    .map((text) => [text, `"${text}" is not a host name`]),
});

test('hostName() refuses labels over 63 and names over 253 characters', () => {
  assert.equal(hostName().parse(`${longLabel}a.com`).ok, false);
  assert.equal(hostName().parse(`${longName}a`).ok, false);
});

testValueType('queueName()', queueName(), {
  reads: ['inbox', 'in box', 'Ingång', 'amq', 'a'.repeat(255), 'é'.repeat(127)].map((text) => [text, text]),
  refuses: [['amq.rabbitmq.trace', '"amq.rabbitmq.trace" is not such a name'], [
    'é'.repeat(128),
    `"${'é'.repeat(60)}…" is not such a name`,
  ]],
});

testValueType('exchangeName()', exchangeName(), {
  reads: [['mailerq', 'mailerq'], ['amq.direct', 'amq.direct']],
  refuses: [['a'.repeat(256), `"${'a'.repeat(60)}…" is not such a name`]],
});

testValueType('logTargets()', logTargets(), {
  reads: [
    ['stderr', ['stderr']],
    ['stdout, /var/log/mailchute.log', ['stdout', '/var/log/mailchute.log']],
    ['stderr,stderr', ['stderr']],
    ['./syslog', ['./syslog']],
  ],
  refuses: [
    ['stdout,,stderr', '"stdout,,stderr" has an empty element'],
    ['stdout,', '"stdout," has an empty element'],
    ['stderr,syslog', '"syslog" is not supported (./syslog would name a file)'],
  ],
});

test('path() and readablePath() take any text, and only the latter wants the file to be there', () => {
  assert.deepEqual(path().parse('./mail chute.db'), { ok: true, value: './mail chute.db' });
  assert.deepEqual(readablePath().parse('/ca.pem'), { ok: true, value: '/ca.pem' });
  assert.deepEqual([path().readable, readablePath().readable], [undefined, true]);
});

testValueType("text('anything')", text('anything'), {
  reads: ['a', 'two words', '# : , "x"'].map((given) => [given, given]),
  refuses: [],
});

testValueType("words('words')", words('words'), {
  reads: [['a', ['a']], ['a,b c', ['a,b', 'c']], ['a  b\tc', ['a', 'b', 'c']]],
  refuses: [],
});
