// Where the health of a gateway with this configuration can be asked, from the same machine.

import type { Config } from '../config/keys.ts';
import type { ReadinessTarget } from '../http/ask-readiness.ts';
import { rangesContain } from '../mail/ip-ranges.ts';

type TargetKeys = Pick<
  Config,
  'metrics-port' | 'metrics-ip' | 'http-port' | 'http-secure-port' | 'http-ip' | 'http-proxy'
>;

/** The port of its own, else the HTTP door; undefined where there is neither. */
export function toHealthcheckTarget(config: TargetKeys): ReadinessTarget | undefined {
  const [metricsPort] = config['metrics-port'];
  if (metricsPort !== undefined) {
    return { address: toReachable(config['metrics-ip'][0]), port: metricsPort, secure: false };
  }
  const [plain] = config['http-port'];
  const port = plain ?? config['http-secure-port'][0];
  if (port === undefined) return undefined;
  return {
    address: toReachable(config['http-ip'][0]),
    port,
    secure: plain === undefined,
    isProxy: (address) => rangesContain(config['http-proxy'], address),
  };
}

/** Who listens on all addresses does so on loopback. */
function toReachable(address = '0.0.0.0'): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  return address === '::' ? '::1' : address;
}
