// What the pipeline knows of the configuration: every key that it stands on arrives under its own name there.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toPipelineSettings } from '../../src/commands/pipeline-settings.ts';
import { NO_LOCAL_ADDRESSES } from '../../src/pipeline/local-addresses.ts';
import { loadText } from '../support/load-text.ts';

test('toPipelineSettings() of an empty configuration', () => {
  const opened = { localAddresses: undefined, requiresAuthentication: false };
  assert.deepEqual(toPipelineSettings(loadText({}).config, opened), {
    ...opened,
    addressPolicy: 'strict',
    lineEndings: 'reject',
    eightBit: 'base64',
    addReceived: true,
    inbox: 'inbox',
    local: undefined,
    refused: undefined,
    refusedMaxBytes: 1024 * 1024,
  });
});

test('toPipelineSettings() takes every value from its key', () => {
  const file = 'smtp-validate-address: loose\nsmtp-line-endings: fix\nsmtp-8bit: raw\nsmtp-received: no\n' +
    'rabbitmq-inbox: a\nrabbitmq-local: b\nrabbitmq-refused: c\nrefused-maxsize: 5K\n';
  const opened = { localAddresses: () => NO_LOCAL_ADDRESSES, requiresAuthentication: true };
  assert.deepEqual(toPipelineSettings(loadText({ file }).config, opened), {
    ...opened,
    addressPolicy: 'loose',
    lineEndings: 'fix',
    eightBit: 'raw',
    addReceived: false,
    inbox: 'a',
    local: 'b',
    refused: 'c',
    refusedMaxBytes: 5120,
  });
});
