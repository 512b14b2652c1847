// The keys of the port for metrics and health: defaults and values.

import { METRICS_KEYS } from '../../src/config/keys-metrics.ts';
import { testKeys } from '../support/key-cases.ts';

testKeys(METRICS_KEYS, {
  'metrics-port': { initial: [], text: '9090', value: [9090] },
  'metrics-ip': { initial: ['127.0.0.1'], text: '192.0.2.1,::1', value: ['192.0.2.1', '::1'] },
});
