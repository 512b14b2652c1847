// Places that another process counts: asked for one by one, and given back one by one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedPlaces } from '../../src/net/shared-places.ts';
import { createFakeHolds } from '../support/fake-holds.ts';

test('SharedPlaces asks for each place and gives back as many as it has', async () => {
  const { take, requests, open } = createFakeHolds(2);
  const places = new SharedPlaces(take);
  assert.deepEqual([await places.tryEnter(), await places.tryEnter(), await places.tryEnter()], [true, true, false]);
  assert.deepEqual(requests.map(({ what }) => what), ['place', 'place', 'place']);
  places.leave();
  assert.equal(open.get(''), 1);
  places.leave();
  places.leave();
  assert.equal(open.get(''), 0);
});

test('SharedPlaces asks for the kind of places it stands for', async () => {
  const { take, requests } = createFakeHolds(1);
  const places = new SharedPlaces(take, { what: 'http-place' });
  assert.equal(await places.tryEnter(), true);
  assert.deepEqual(requests, [{ what: 'http-place', key: '' }]);
});

test('SharedPlaces says which places it would wait for', async () => {
  const { take, requests } = createFakeHolds(1);
  const places = new SharedPlaces(take);
  assert.equal(await places.enter(new AbortController().signal), true);
  assert.deepEqual(requests, [{ what: 'place-when-free', key: '' }]);
  assert.equal(await places.enter(AbortSignal.abort()), false);
});
