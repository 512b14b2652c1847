// The keys of message handling: defaults and values.

import { MESSAGE_KEYS } from '../../src/config/keys-message.ts';
import { testKeys } from '../support/key-cases.ts';

const loopback = { network: { bits: 32, value: 0x7f000001n }, prefix: 32 } as const;

testKeys(MESSAGE_KEYS, {
  'smtp-extract': { initial: true, text: 'no', value: false },
  'smtp-reports': { initial: 'local', text: 'all', value: 'all', beside: 'rabbitmq-reports: r' },
  'smtp-mappable-ips': { initial: undefined, text: '127.0.0.1', value: [loopback] },
  'smtp-unmappable-ips': { initial: undefined, text: '127.0.0.1', value: [loopback] },
  'smtp-default-ips': { initial: [], text: '192.0.2.1;192.0.2.2', value: ['192.0.2.1', '192.0.2.2'] },
});
