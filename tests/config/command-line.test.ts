// Settings, options and operands of a command line.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CommandSyntax, parseCommandLine } from '../../src/config/command-line.ts';
import { toFaultLine } from '../../src/config/fault.ts';

/** The parts of a command line as plain values. */
function parts(argv: readonly string[], syntax?: CommandSyntax): { readonly [part: string]: unknown } {
  const line = parseCommandLine(argv, syntax);
  return {
    settings: line.entries.map(({ name, value, bare }) => bare ? [name] : [name, value]),
    configFile: line.configFile,
    options: [...line.options],
    operands: line.operands,
    own: line.ownArguments,
    faults: line.faults.map(toFaultLine),
  };
}

const nothing = { settings: [], configFile: undefined, options: [], operands: [], own: [], faults: [] };
const get: CommandSyntax = { options: new Map([['count', 'value'], ['ack', 'flag']]), operands: 1 };

const cases: readonly { name: string; argv: string[]; syntax?: CommandSyntax; expected: object }[] = [
  { name: 'nothing', argv: [], expected: {} },
  { name: 'a setting', argv: ['--smtp-port=25'], expected: { settings: [['smtp-port', '25']] } },
  { name: 'an equals sign in a value', argv: ['--smtp-ip=a=b'], expected: { settings: [['smtp-ip', 'a=b']] } },
  { name: 'an empty value', argv: ['--smtp-port='], expected: { settings: [['smtp-port', '']] } },
  { name: 'blanks around a value', argv: ['--smtp-port= 25 '], expected: { settings: [['smtp-port', '25']] } },
  { name: 'a bare switch', argv: ['--rabbitmq-lazy'], expected: { settings: [['rabbitmq-lazy']] } },
  {
    name: 'a bare switch before an operand',
    argv: ['--rabbitmq-lazy', 'inbox'],
    syntax: get,
    expected: { settings: [['rabbitmq-lazy']], operands: ['inbox'], own: ['inbox'] },
  },
  {
    name: 'a setting whose value stands behind a blank, as one mistake',
    argv: ['--smtp-port', '2525'],
    expected: { settings: [['smtp-port']] },
  },
  { name: 'an unknown name', argv: ['--foo=1', '--bar'], expected: { settings: [['foo', '1'], ['bar']] } },
  { name: '--config-file PATH', argv: ['--config-file', 'c.txt'], expected: { configFile: 'c.txt' } },
  { name: '--config-file=PATH', argv: ['--config-file=c.txt'], expected: { configFile: 'c.txt' } },
  {
    name: 'the last of several --config-file',
    argv: ['--config-file', 'a', '--config-file=b'],
    expected: { configFile: 'b' },
  },
  {
    name: '--config-file without path',
    argv: ['--config-file'],
    expected: { faults: ['command line --config-file: needs a value'] },
  },
  {
    name: '--config-file with an empty path',
    argv: ['--config-file='],
    expected: { faults: ['command line --config-file: needs a value'] },
  },
  {
    name: 'operands and options of the command',
    argv: ['inbox', '--count', '5', '--smtp-port=1', '--ack'],
    syntax: get,
    expected: {
      settings: [['smtp-port', '1']],
      options: [['count', '5'], ['ack', '']],
      operands: ['inbox'],
      own: ['inbox', '--count=5', '--ack'],
    },
  },
  {
    name: 'an option with an equals sign',
    argv: ['--count=5'],
    syntax: get,
    expected: { options: [['count', '5']], own: ['--count=5'] },
  },
  {
    name: 'an option without its value',
    argv: ['--count'],
    syntax: get,
    expected: { options: [['count', '']], own: ['--count='], faults: ['command line --count: needs a value'] },
  },
  {
    name: 'a flag with a value',
    argv: ['--ack=1'],
    syntax: get,
    expected: { options: [['ack', '']], own: ['--ack'], faults: ['command line --ack: takes no value'] },
  },
  {
    name: 'operands behind --',
    argv: ['--', '--ack'],
    syntax: get,
    expected: { operands: ['--ack'], own: ['--', '--ack'] },
  },
  {
    name: 'too many operands',
    argv: ['a', 'b', '-c'],
    syntax: get,
    expected: {
      operands: ['a', 'b', '-c'],
      own: ['a', 'b', '-c'],
      faults: [
        'command line: unexpected "b", settings are --KEY=VALUE',
        'command line: unexpected "-c", settings are --KEY=VALUE',
      ],
    },
  },
];

for (const { name, argv, syntax, expected } of cases) {
  test(`parseCommandLine() takes apart ${name}`, () => {
    assert.deepEqual(parts(argv, syntax), { ...nothing, ...expected });
  });
}

test('parseCommandLine() shows no password of a surplus operand', () => {
  const { faults } = parseCommandLine(['amqp://u:secret@host']);
  assert.deepEqual(faults.map(toFaultLine), [
    'command line: unexpected "amqp://u:***@host", settings are --KEY=VALUE',
  ]);
});

test('parseCommandLine() says for each setting where it stands', () => {
  const { entries } = parseCommandLine(['--smtp-port=25']);
  assert.deepEqual(entries.map(({ origin, where }) => [origin, where]), [
    ['command line --smtp-port', 'command line --smtp-port'],
  ]);
});
