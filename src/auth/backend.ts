// The seam between the authenticator and its backends: what a backend is asked and how it answers.

import type { Log } from '../telemetry/log.ts';

/** What a client has given; neither is empty, has a NUL, or is longer than `credential-form.ts` allows. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** One element of smtp-auth or http-auth, read but not yet opened. */
export interface AuthBackend {
  /** The URL for people to read: no secret in it. */
  readonly label: string;
  /** Checks what can be checked at start; rejects with an Error whose message says what to do. */
  open(options: { readonly log: Log }): Promise<OpenBackend>;
}

/** A backend that takes logins. */
export interface OpenBackend {
  /** Whether these credentials are right; rejects when that cannot be found out now, and soon after the signal aborts. */
  check(credentials: Credentials, signal: AbortSignal): Promise<boolean>;
  /** Gives back what the backend holds. */
  close(): Promise<void>;
}
