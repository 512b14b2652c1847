// Extraction under random header sections: only whole x-mq-* fields leave, and no property is set that nobody may set.

import assert from 'node:assert/strict';
import { GATEWAY_NAMES, MESSAGE_NAMES } from '../../src/mail/gateway-names.ts';
import { headerFields } from '../../src/mail/header-section.ts';
import { extractXMq } from '../../src/pipeline/x-mq.ts';
import { X_MQ_RULES } from '../../src/pipeline/x-mq-table.ts';
import type { Random } from '../support/random.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { ANY_BYTE, HEADER_PARTS, type Tokens, toTokens } from './tokens.ts';

const [FIRST, ...NAMES] = toTokens([
  ...[...X_MQ_RULES.keys(), ...GATEWAY_NAMES, ...MESSAGE_NAMES, 'custom', '__proto__', 'constructor', ''].map((name) =>
    `x-mq-${name}`
  ),
  ...['Subject', 'X-MQ-Tag ', 'x-mq'],
]);
const FIELD_NAMES: Tokens = [FIRST, ...NAMES];
const VALUES = toTokens([
  ...[
    '1',
    'a@b.example',
    '<>',
    '192.0.2.1',
    '2001:db8::1',
    ',',
    ';',
    ' ',
    '2026-01-02 03:04:05',
    '0',
    'yes',
    '\r\n ',
    '\0',
  ],
  ...['=?utf-8?q?=0D=0A?=', '=?utf-8?b?w7w=?=', '=?x?b?//?=', '=?utf-8?q?=00', '\xc3\xa9', '\xff', '\r', '\n\t'],
]);

function drawHeader(random: Random): Buffer {
  const fields = Array.from({ length: random.below(12) }, () => [
    random.pick(FIELD_NAMES),
    random.pick([Buffer.from(': '), Buffer.from(':'), random.bytes(ANY_BYTE, 2)]),
    random.bytes(VALUES, 6),
    random.pick([Buffer.from('\r\n'), Buffer.from('\r\n'), random.bytes(HEADER_PARTS, 2)]),
  ]);
  return Buffer.concat([...fields.flat(), Buffer.from(random.pick(['\r\n', '']))]);
}

/** Another way to the same: fields are marked, not cut. */
function keptBytes(header: Buffer): Buffer {
  const isGone = new Uint8Array(header.length);
  for (const { name, start, end } of headerFields(header)) if (name.startsWith('x-mq-')) isGone.fill(1, start, end);
  return Buffer.from(header.filter((_, index) => isGone[index] === 0));
}

function assertSafe(value: unknown): void {
  if (typeof value === 'string') assert.doesNotMatch(value, /[\r\n\0]/);
  else if (typeof value === 'object' && value !== null) Object.values(value).forEach(assertSafe);
}

export const xMq: FuzzTarget = {
  name: 'x-mq extraction',
  check(random) {
    const header = drawHeader(random);
    const extraction = extractXMq(header);
    assert.ok(extraction.header.equals(keptBytes(header)));
    assert.equal([...headerFields(extraction.header)].some(({ name }) => name.startsWith('x-mq-')), false);
    assert.equal(Object.getPrototypeOf(extraction.properties), Object.prototype);
    for (const [name, value] of Object.entries(extraction.properties)) {
      assert.equal(GATEWAY_NAMES.has(name) || MESSAGE_NAMES.has(name) || name === '__proto__', false, name);
      assertSafe(value);
    }
    assertSafe(extraction.envelope);
    assert.ok(JSON.stringify(extraction.properties).isWellFormed());
  },
};
