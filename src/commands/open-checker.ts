// From configuration to the checks of the pipeline.

import { type Checker, createChecker } from '../checks/checker.ts';
import { createResolver } from '../checks/resolver.ts';
import type { Config } from '../config/keys.ts';
import type { Log } from '../telemetry/log.ts';

/** The checker; undefined where smtp-check is empty. */
export function openChecker(config: Config, log: Log): Checker | undefined {
  const checks = config['smtp-check'];
  if (checks.length === 0) return undefined;
  const resolver = createResolver({
    servers: config['dns-nameserver'],
    timeoutMs: config['dns-timeout'] * 1000,
    attempts: config['dns-attempts'],
  });
  const spamd = {
    host: config['spamassassin-host'],
    port: config['spamassassin-port'],
    timeoutMs: config['spamassassin-timeout'] * 1000,
  };
  return createChecker({ checks, resolver, spamd, log });
}
