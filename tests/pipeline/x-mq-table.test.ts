import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RESERVED_NAMES, X_MQ_RULES } from '../../src/pipeline/x-mq-table.ts';

test('X_MQ_RULES set no reserved name outside the table itself', () => {
  const structured = new Set(['ips', 'tags', 'queues', 'nextattempt', 'smarthost', 'dsn']);
  for (const { target } of X_MQ_RULES.values()) {
    const [name = ''] = target.split('.');
    assert.ok(structured.has(name) || !RESERVED_NAMES.has(name), target);
  }
});

test('RESERVED_NAMES keep custom headers from setting what the table sets in parts', () => {
  for (const name of ['ips', 'tags', 'queues', 'nextattempt', 'smarthost', 'dsn']) assert.ok(RESERVED_NAMES.has(name));
});
