// From configuration to the checks of the pipeline.

import { type Checker, createChecker } from '../checks/checker.ts';
import { createResolver } from '../checks/resolver.ts';
import type { Config } from '../config/keys.ts';
import type { Log } from '../telemetry/log.ts';
import { Meter } from '../telemetry/meter.ts';

/** The checker; undefined where smtp-check is empty. */
export function openChecker(config: Config, log: Log, meter: Meter = new Meter()): Checker | undefined {
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
  const durations = new Map(
    checks.map((check) => [check, meter.histogram('mailchute_check_duration_seconds', { check })]),
  );
  return createChecker({
    checks,
    resolver,
    spamd,
    log,
    onChecked: (check, seconds) => durations.get(check)?.observe(seconds),
  });
}
