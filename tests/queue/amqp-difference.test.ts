import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDifference } from '../../src/queue/amqp-difference.ts';

const CASES = [
  {
    text:
      "PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'q' in vhost '/': received 'true' but current is 'false'",
    expected: { property: 'durable', wanted: 'true', found: 'false' },
  },
  {
    text: "PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue 'q' in vhost '/': " +
      "received the value 'quorum' of type 'longstr' but current is none",
    expected: { property: 'x-queue-type', wanted: 'quorum', found: 'none' },
  },
  {
    text: "PRECONDITION_FAILED - inequivalent arg 'x-max-priority' for queue 'q' in vhost '/': " +
      "received none but current is the value '10' of type 'byte'",
    expected: { property: 'x-max-priority', wanted: 'none', found: '10' },
  },
  {
    text:
      "PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'x' in vhost '/': received 'direct' but current is 'topic'",
    expected: { property: 'type', wanted: 'direct', found: 'topic' },
  },
  {
    text:
      "inequivalent arg 'x-overflow' for queue 'a: received 'b' but' in vhost '/': received none but current is 'drop-head'",
    expected: { property: 'x-overflow', wanted: 'none', found: 'drop-head' },
  },
  { text: "NOT_FOUND - no queue 'inequivalent arg' in vhost '/'", expected: undefined },
];

for (const { text, expected } of CASES) {
  test(`parseDifference() reads: ${text.slice(0, 110)}`, () => {
    assert.deepEqual(parseDifference(text), expected);
  });
}
