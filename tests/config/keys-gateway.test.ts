// The keys of the embedded queue, the log and the process: defaults and values.

import { GATEWAY_KEYS } from '../../src/config/keys-gateway.ts';
import { testKeys } from '../support/key-cases.ts';

testKeys(GATEWAY_KEYS, {
  'queue-path': {
    initial: './mailchute.db',
    text: '/var/lib/mailchute/queue.db',
    value: '/var/lib/mailchute/queue.db',
  },
  'spool': { initial: 'off', text: 'ON', value: 'on' },
  'spool-maxsize': { initial: 1024 ** 3, text: '10GB', value: 10 * 1024 ** 3 },
  'received-log-file': { initial: undefined, text: '/var/log/received.log', value: '/var/log/received.log' },
  'memory-limit': { initial: 256 * 1024 * 1024, text: '1GB', value: 1024 ** 3 },
  'application-log': { initial: ['stderr'], text: 'stdout,/var/log/m.log', value: ['stdout', '/var/log/m.log'] },
  'log-format': { initial: undefined, text: 'json', value: 'json' },
  'server-id': { initial: 0, text: '1023', value: 1023 },
  'drain-timeout': { initial: 30, text: '0', value: 0 },
});
