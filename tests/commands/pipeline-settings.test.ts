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
    recipientsFrom: 'envelope',
    maxRecipients: 1000,
    lineEndings: 'reject',
    eightBit: 'base64',
    addReceived: true,
    resultsFor: [],
    ownNames: [],
    inbox: 'inbox',
    local: undefined,
    primary: undefined,
    reports: undefined,
    reportsFrom: 'local',
    refused: undefined,
    refusedMaxBytes: 1024 * 1024,
    extract: true,
    ipMapping: { mappable: undefined, unmappable: undefined, defaults: [] },
  });
});

test('toPipelineSettings() takes every value from its key', () => {
  const file = 'smtp-validate-address: loose\nsmtp-line-endings: fix\nsmtp-8bit: raw\nsmtp-received: no\n' +
    'smtp-auth-results: nonlocal\nsmtp-hostname: mx.test\nmta-names: 192.0.2.2=mx2.test\n' +
    'rabbitmq-primary: e\nsmtp-recipients: headers\nsmtp-max-recipients: 0\n' +
    'rabbitmq-inbox: a\nrabbitmq-local: b\nrabbitmq-refused: c\nrabbitmq-reports: d\nsmtp-reports: all\nrefused-maxsize: 5K\n' +
    'smtp-extract: no\nsmtp-mappable-ips: 192.0.2.1\nsmtp-unmappable-ips: 192.0.2.1\nsmtp-default-ips: 192.0.2.9\n';
  const network = { network: { bits: 32, value: 0xc0000201n }, prefix: 32 };
  const opened = { localAddresses: () => NO_LOCAL_ADDRESSES, requiresAuthentication: true };
  assert.deepEqual(toPipelineSettings(loadText({ file }).config, opened), {
    ...opened,
    addressPolicy: 'loose',
    recipientsFrom: 'headers',
    maxRecipients: Infinity,
    lineEndings: 'fix',
    eightBit: 'raw',
    addReceived: false,
    resultsFor: ['nonlocal'],
    ownNames: ['mx.test', 'mx2.test'],
    inbox: 'a',
    local: 'b',
    primary: 'e',
    reports: 'd',
    reportsFrom: 'all',
    refused: 'c',
    refusedMaxBytes: 5120,
    extract: false,
    ipMapping: { mappable: [network], unmappable: [network], defaults: ['192.0.2.9'] },
  });
});
