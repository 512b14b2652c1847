// The keys of the SMTP door: defaults and values.

import { SMTP_KEYS } from '../../src/config/keys-smtp.ts';
import { testKeys } from '../support/key-cases.ts';

const loopback = { network: { bits: 32, value: 0x7f000001n }, prefix: 32 } as const;

testKeys(SMTP_KEYS, {
  'smtp-ip': { initial: [], text: '127.0.0.1', value: ['127.0.0.1'] },
  'smtp-port': { initial: [25], text: '25,2525,1024-1026', value: [25, 2525, 1024, 1025, 1026] },
  'smtp-hostname': { initial: undefined, text: 'mx1.example.com', value: 'mx1.example.com' },
  'mta-names': {
    initial: new Map(),
    text: '192.0.2.1=mx1.example.com; ::1=mx2.example.com',
    value: new Map([['192.0.2.1', 'mx1.example.com'], ['::1', 'mx2.example.com']]),
  },
  'smtp-range': { initial: undefined, text: '127.0.0.1', value: [loopback] },
  'smtp-proxy': { initial: [], text: '127.0.0.1', value: [loopback] },
  'smtp-validate-address': { initial: 'strict', text: 'loose', value: 'loose' },
  'smtp-recipients': { initial: 'envelope', text: 'headers', value: 'headers' },
  'smtp-received': { initial: true, text: 'no', value: false },
  'smtp-line-endings': { initial: 'reject', text: 'fix', value: 'fix' },
  'smtp-8bit': { initial: 'base64', text: 'raw', value: 'raw' },
  'smtp-maxsize': { initial: 104857600, text: '10MB', value: 10485760 },
  'smtp-max-recipients': { initial: 1000, text: '0', value: 0 },
  'smtp-max-messages': { initial: 0, text: '50', value: 50 },
  'smtp-connections': { initial: 1000, text: '10', value: 10 },
  'smtp-connections-per-ip': { initial: 100, text: '0', value: 0 },
  'smtp-timeout': { initial: 300, text: '60.5', value: 60.5 },
  'smtp-data-timeout': { initial: 600, text: '1200', value: 1200 },
  'smtp-greeting-delay': { initial: 0, text: '2.5', value: 2.5 },
  'smtp-threads': { initial: 1, text: 'auto', value: 'auto' },
  'smtp-protection': { initial: true, text: 'no', value: false },
  'smtp-blocklist': { initial: undefined, text: '127.0.0.1', value: { ranges: [loopback] } },
  'dsn-advertise': { initial: true, text: '0', value: false },
});
