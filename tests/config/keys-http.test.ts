// The keys of the HTTP door: defaults and values.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HTTP_KEYS } from '../../src/config/keys-http.ts';
import { testKeys } from '../support/key-cases.ts';

const everybody = { network: { bits: 128, value: 0n }, prefix: 0 } as const;

testKeys(HTTP_KEYS, {
  'http-ip': { initial: [], text: '::1;127.0.0.1', value: ['::1', '127.0.0.1'] },
  'http-port': { initial: [8485], text: '0', value: [] },
  'http-secure-port': { initial: [], text: '8486', value: [8486], beside: 'http-certificate: self-signed\n' },
  'http-certificate': { initial: undefined, text: 'self-signed', value: 'self-signed' },
  'http-key': {
    initial: undefined,
    text: '/etc/http.key',
    value: '/etc/http.key',
    beside: 'http-certificate: /etc/http.key\n',
  },
  'http-ciphers': { initial: undefined, text: 'HIGH:!aNULL', value: 'HIGH:!aNULL' },
  'http-range': { initial: undefined, text: '::/0', value: [everybody] },
  'http-proxy': { initial: [], text: '::/0', value: [everybody] },
  'http-forwarded': { initial: [], text: '::/0', value: [everybody] },
  'http-connections': { initial: 1000, text: '20', value: 20 },
  'http-maxsize': { initial: 104857600, text: '1GB', value: 1073741824 },
  'http-auth': { initial: undefined, text: 'file:///a users://b', value: ['file:///a', 'users://b'] },
  'http-tokens': { initial: undefined, text: '/etc/tokens', value: '/etc/tokens' },
  'http-plaintext-auth': { initial: false, text: 'yes', value: true },
}, { files: { '/etc/tokens': '# nobody', '/etc/http.key': 'key' } });

test('of logins nothing is shown', () => assert.equal(HTTP_KEYS['http-auth'].mask?.('hunter2'), '***'));
