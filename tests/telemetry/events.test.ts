import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENTS } from '../../src/telemetry/events.ts';

test('EVENTS names every event as area and fact, each with a sentence', () => {
  for (const [name, { level, text }] of Object.entries(EVENTS)) {
    assert.match(name, /^[a-z][a-z-]*(?:\.[a-z-]+)+$/);
    assert.match(text, /^[A-Z][^.]*[^. ]$/);
    assert.ok(['info', 'warning', 'error'].includes(level));
  }
});
