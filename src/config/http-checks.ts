// Rules between the keys of the HTTP door: whom it believes, and what may be overheard.

import { isLoopback } from '../mail/ip-address.ts';
import type { Effective } from './effective.ts';
import type { Config } from './keys.ts';
import type { Findings } from './merge.ts';

/** Applies the rules. */
export function checkHttp(effective: Effective, findings: Findings): void {
  checkProxies(effective, findings);
  checkCleartext(effective, findings);
}

/** Whoever is believed to be a proxy can name any client. */
function checkProxies({ config, given }: Effective, { warnings }: Findings): void {
  for (const name of ['http-proxy', 'http-forwarded'] as const) {
    const [proxies, where] = [config[name], given.get(name)?.where ?? name];
    if (proxies.some(({ prefix }) => prefix === 0)) {
      const text = 'every peer is believed to be a proxy and can name any client: list the addresses of the proxies';
      warnings.push({ where, text });
    }
    if (proxies.length > 0 && config['http-range'] === undefined && !requiresCredentials(config)) {
      warnings.push({
        where,
        text: 'has http-range at its default: no client of a proxy may use the door, set http-range',
      });
    }
  }
}

/** Passwords that cross a network in the clear are everybody's on the way. */
function checkCleartext({ config, given }: Effective, { warnings }: Findings): void {
  if (!config['http-plaintext-auth'] || !requiresCredentials(config) || config['http-port'].length === 0) return;
  const addresses = config['http-ip'];
  if (addresses.length > 0 && addresses.every(isLoopback)) return;
  const where = given.get('http-plaintext-auth')?.where ?? 'http-plaintext-auth';
  const text = 'true: tokens and passwords cross the network in the clear on http-port; http-secure-port has TLS';
  warnings.push({ where, text });
}

function requiresCredentials(config: Config): boolean {
  return config['http-auth'] !== undefined || config['http-tokens'] !== undefined;
}
