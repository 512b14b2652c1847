// The keys of the port for metrics and health.

import { addresses, ports } from './endpoints.ts';
import { key } from './key.ts';

/** Rows of metrics and health, in the order in which they are shown. */
export const METRICS_KEYS = {
  'metrics-port': key({
    type: ports(),
    default: '',
    without: '/metrics, /livez and /readyz are on the HTTP door, /metrics for this machine and for credentials',
    doc:
      'Ports of their own for /metrics, /livez and /readyz, without TLS, credentials or the PROXY protocol: whoever ' +
      'reaches such a port may look. /metrics is on the HTTP door no longer then.',
  }),
  'metrics-ip': key({
    type: addresses(),
    default: '127.0.0.1',
    doc: 'Local addresses on which the ports of metrics-port are opened. Empty: all addresses.',
  }),
} as const;
