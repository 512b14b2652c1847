// Waiting for a client that does not read.
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { whenWritable } from '../../src/smtp/when-writable.ts';

function makeSocket(state: { writableNeedDrain: boolean; destroyed: boolean }): Socket {
  return Object.assign(new EventEmitter(), state) as unknown as Socket;
}

test('whenWritable() makes nobody wait for a socket that takes more, or is gone', () => {
  assert.equal(whenWritable(makeSocket({ writableNeedDrain: false, destroyed: false })), undefined);
  assert.equal(whenWritable(makeSocket({ writableNeedDrain: true, destroyed: true })), undefined);
});

for (const event of ['drain', 'close']) {
  test(`whenWritable() ends with '${event}' and leaves no listener`, async () => {
    const socket = makeSocket({ writableNeedDrain: true, destroyed: false });
    const waiting = whenWritable(socket);
    assert.ok(waiting instanceof Promise);
    socket.emit(event);
    await waiting;
    assert.deepEqual(socket.eventNames(), []);
  });
}
