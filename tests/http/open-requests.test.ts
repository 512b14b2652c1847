// Connections and what is asked on them, without a server around them.

import assert from 'node:assert/strict';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { endConnectionAfter, OpenRequests } from '../../src/http/open-requests.ts';

function ask(requests: OpenRequests, socket: Socket): { readonly outgoing: ServerResponse; readonly begun: boolean } {
  const outgoing = new ServerResponse(new IncomingMessage(socket));
  return { outgoing, begun: requests.begin(socket, outgoing) };
}

function open(requests: OpenRequests): Socket {
  const socket = new Socket();
  requests.add(socket);
  return socket;
}

test('OpenRequests ends a connection that asks for more than a hundred answers at once, and no other', () => {
  const requests = new OpenRequests();
  const [greedy, modest] = [open(requests), open(requests)];
  const begun = Array.from({ length: 100 }, () => ask(requests, greedy).begun);
  assert.ok(begun.every((each) => each));
  assert.equal(ask(requests, modest).begun, true);
  assert.equal(ask(requests, greedy).begun, false);
  assert.deepEqual([greedy.destroyed, modest.destroyed], [true, false]);
  assert.equal(ask(requests, greedy).begun, false);
});

test('OpenRequests has room again for each answer that is out', () => {
  const requests = new OpenRequests();
  const socket = open(requests);
  for (let count = 0; count < 300; count++) {
    const { outgoing, begun } = ask(requests, socket);
    assert.equal(begun, true);
    outgoing.emit('close');
  }
});

test('OpenRequests begins nothing on a connection that it does not know', () => {
  assert.equal(ask(new OpenRequests(), new Socket()).begun, false);
});

test('OpenRequests cuts the connections on which nothing is asked', () => {
  const requests = new OpenRequests();
  const [silent, busy] = [open(requests), open(requests)];
  ask(requests, busy);
  requests.cutUnasked();
  assert.deepEqual([silent.destroyed, busy.destroyed], [true, false]);
});

test('OpenRequests has connections end after the answer that is due', () => {
  const requests = new OpenRequests();
  const { outgoing } = ask(requests, open(requests));
  requests.endAfterAnswers();
  assert.equal(outgoing.getHeader('connection'), 'close');
  const sent = new ServerResponse(new IncomingMessage(new Socket()));
  sent.writeHead(200);
  endConnectionAfter(sent);
  assert.equal(sent.getHeader('connection'), undefined);
});

test('OpenRequests knows no answer on a connection without one', () => {
  const requests = new OpenRequests();
  const socket = open(requests);
  const { outgoing } = ask(requests, socket);
  assert.equal(requests.isAnswering(socket), false);
  outgoing.assignSocket(socket);
  assert.equal(requests.isAnswering(socket), false);
  outgoing.writeHead(200);
  assert.equal(requests.isAnswering(socket), true);
  assert.equal(requests.isAnswering(new Socket()), false);
});
