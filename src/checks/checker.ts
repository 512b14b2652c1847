// Runs the configured checks on one message, all at the same time: the results go into the record, none refuses anything.

import type { Log } from '../telemetry/log.ts';
import type { Check, CheckName, SpamCheck } from './check.ts';
import type { SignedContent } from './dkim.ts';
import { Lookups } from './lookups.ts';
import type { Resolver } from './resolver.ts';
import { askSpamd, type SpamdAddress } from './spamd.ts';
import type { SmtpClient } from './spf.ts';

/** A message on its way through the checks. */
export interface CheckedMessage extends SignedContent {
  /** Who hands it in; without a client (HTTP, command line) there is no SPF, and so no DMARC. */
  readonly client?: SmtpClient | undefined;
  /** Name of this host towards the client. */
  readonly mta: string;
  /** Of the session, for the log. */
  readonly session: string;
}

/** What checks messages. */
export interface Checker {
  /** Resolves with the elements in MailerQ's order; never rejects, and not later than its bounds allow. */
  run(message: CheckedMessage): Promise<readonly Check[]>;
}

/** What the checker stands on. */
export interface CheckerDependencies {
  /** smtp-check. */
  readonly checks: readonly CheckName[];
  readonly resolver: Resolver;
  readonly spamd: SpamdAddress;
  readonly log: Log;
  /** Hears how long each check took, in seconds. */
  readonly onChecked?: (check: CheckName, seconds: number) => void;
  /** Milliseconds after which every look-up of a message counts as timed out. */
  readonly lookupsMs?: number;
}

// Longer than one look-up with its retries takes, far shorter than a client waits after DATA (RFC 5321 section 4.5.3.2.6).
const LOOKUPS_MS = 30_000;

// Neither says anything about a message that no mail client hands in.
const NEEDS_CLIENT: ReadonlySet<CheckName> = new Set(['spf', 'dmarc']);

/** Creates the checker; does no I/O yet. */
export function createChecker(dependencies: CheckerDependencies): Checker {
  return {
    async run(message) {
      const wanted = new Set(
        dependencies.checks.filter((name) => message.client !== undefined || !NEEDS_CLIENT.has(name)),
      );
      const [authenticated, spam] = await Promise.all([
        authenticate(message, { wanted, ...dependencies }),
        wanted.has('spam') ? checkSpam(message, dependencies) : [],
      ]);
      return [...authenticated, ...spam];
    },
  };
}

async function authenticate(
  message: CheckedMessage,
  { wanted, ...dependencies }: CheckerDependencies & { readonly wanted: ReadonlySet<CheckName> },
): Promise<readonly Check[]> {
  if (![...wanted].some((name) => name !== 'spam')) return [];
  const { resolver, log, lookupsMs = LOOKUPS_MS } = dependencies;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), lookupsMs);
  try {
    // Loaded when it is needed: the start is a good deal faster without.
    const { authenticate } = await import('./authentication.ts');
    return await authenticate(message, {
      wanted,
      mta: message.mta,
      lookups: (budget) => new Lookups(resolver, { budget, signal: late.signal }),
      guard: (check, work, fallback) =>
        time(check, work, dependencies).catch((error: unknown) => {
          log.emit('check.failed', { session: message.session, check, error: String(error) });
          return fallback;
        }),
    });
  } finally {
    clearTimeout(timer);
  }
}

async function checkSpam(
  { header, body, session }: CheckedMessage,
  { spamd, log, ...dependencies }: CheckerDependencies,
): Promise<SpamCheck[]> {
  try {
    return [{ spam: await time('spam', () => askSpamd([header, ...body], spamd), dependencies) }];
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    log.emit('check.spamd-unavailable', { session, host: spamd.host, port: spamd.port, detail });
    return [{ spam: { result: 'temperror' } }];
  }
}

async function time<T>(
  check: CheckName,
  work: () => Promise<T>,
  { onChecked }: Pick<CheckerDependencies, 'onChecked'>,
): Promise<T> {
  const startedAt = performance.now();
  try {
    return await work();
  } finally {
    onChecked?.(check, (performance.now() - startedAt) / 1000);
  }
}
