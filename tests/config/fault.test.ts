// A fault is one line, whatever stands in it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toFaultLine } from '../../src/config/fault.ts';

test('toFaultLine() puts the place before the problem', () => {
  assert.equal(
    toFaultLine({ where: 'config.txt:12: smtp-port', text: '"x" is not a port' }),
    'config.txt:12: smtp-port: "x" is not a port',
  );
});

test('toFaultLine() escapes line ends and terminal controls', () => {
  assert.equal(
    toFaultLine({ where: 'a\nb', text: '\x1b[2J\r\x85\u2028é' }),
    'a\\u000ab: \\u001b[2J\\u000d\\u0085\\u2028é',
  );
});
