// The outgoing properties as the HTTP door and the published record share them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { GATEWAY_NAMES, MESSAGE_NAMES } from '../../src/mail/gateway-names.ts';
import { outgoingProperties } from '../../src/mail/outgoing-properties.ts';
import { X_MQ_RULES } from '../../src/pipeline/x-mq-table.ts';

test("outgoingProperties are a caller's to set: the gateway writes none of them", () => {
  for (const name of Object.keys(outgoingProperties)) {
    assert.equal(GATEWAY_NAMES.has(name) || MESSAGE_NAMES.has(name), false, name);
  }
});

test('outgoingProperties have every property that a header of the table sets', () => {
  for (const { target } of X_MQ_RULES.values()) {
    const [name = '', member] = target.split('.');
    const schema = Object.entries(outgoingProperties).find(([each]) => each === name)?.[1];
    assert.ok(schema !== undefined, target);
    if (member === undefined) continue;
    // An object that has the member and takes no number for it says so by its name.
    const result = v.safeParse(schema, { [member]: [] });
    assert.equal(result.issues?.[0]?.path?.at(-1)?.key, member, target);
  }
});

test('outgoingProperties say in a sentence what is wrong', () => {
  const schema = v.object(outgoingProperties);
  for (const name of Object.keys(outgoingProperties)) {
    const issue = v.safeParse(schema, { [name]: () => {} }).issues?.find(({ path }) => path?.[0]?.key === name);
    assert.match(issue?.message ?? '', /^must be /, name);
  }
});
