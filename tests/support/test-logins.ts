// Logins for tests of the SMTP door: an authenticator that knows one user and never makes anybody wait.
import { type Authenticator, openAuthenticator } from '../../src/auth/authenticator.ts';
import type { AuthBackend } from '../../src/auth/backend.ts';
import { parseCredentialPair } from '../../src/auth/hardcoded.ts';
import { createLoginThrottle } from '../../src/auth/login-throttle.ts';
import { type LocalAddresses, parseLocalAddresses } from '../../src/pipeline/local-addresses.ts';
import type { Log } from '../../src/telemetry/log.ts';

/** The one user, unless a test brings backends of its own. */
export const MAILER = { username: 'mailer', password: 'secret' };

/** The response of AUTH PLAIN in base64. */
export function toPlainResponse({ username, password } = MAILER): string {
  return Buffer.from(`\0${username}\0${password}`).toString('base64');
}

/** A backend that answers as told. */
export function createBackend(check: (signal: AbortSignal) => Promise<boolean>): AuthBackend {
  return {
    label: 'test://',
    open: () => Promise.resolve({ check: (_credentials, signal) => check(signal), close: () => Promise.resolve() }),
  };
}

/** A backend that never can tell. */
export const UNAVAILABLE = createBackend(() => Promise.reject(new Error('the directory is down')));

/** Opens an authenticator with these backends, or with the one user. */
export function openTestAuthenticator(log: Log, backends: readonly AuthBackend[] = []): Promise<Authenticator> {
  const user = parseCredentialPair(MAILER);
  if (!user.ok) throw new Error(user.problem);
  const throttle = createLoginThrottle({ freeFailures: 1000, maxFailures: 1000 });
  return openAuthenticator(backends.length > 0 ? backends : [user.value], { log, throttle });
}

/** A list of local addresses that does not change. */
export function toLocalAddresses(text: string): () => LocalAddresses {
  const list = parseLocalAddresses(text);
  if (!list.ok) throw new Error(list.problem);
  return () => list.value;
}
