// Routing: so far every accepted recipient's record goes to the inbox.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routeRecipient } from '../../src/pipeline/route.ts';
import { SETTINGS } from '../support/submissions.ts';

test('routeRecipient() sends to the configured inbox', () => {
  assert.equal(routeRecipient({ address: 'a@example.com' }, SETTINGS), 'inbox');
  assert.equal(routeRecipient({ address: 'a@example.com' }, { ...SETTINGS, inbox: 'other' }), 'other');
});
