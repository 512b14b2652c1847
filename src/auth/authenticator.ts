// Asks the configured backends about a login, in order and within bounds, and says what the client is to be told.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../telemetry/log.ts';
import type { AuthBackend, Credentials, OpenBackend } from './backend.ts';
import { findCredentialFault } from './credential-form.ts';
import { withDeadline } from './deadline.ts';
import type { LoginMemory } from './login-memory.ts';
import { type Admission, createLoginThrottle, type LoginThrottle } from './login-throttle.ts';

/** accepted: 235. rejected: 535. unavailable: 454. */
export type LoginOutcome = 'accepted' | 'rejected' | 'unavailable';

/** A login that was not tried, since its address has got too much wrong lately. */
export interface ThrottledLogin {
  /** What the address was told last. */
  readonly answer: 'rejected' | 'unavailable';
  /** Milliseconds until one may be tried. */
  readonly retryAfterMs: number;
}

/** Where a login comes from. */
export interface LoginOrigin {
  /** The client's address, after the PROXY protocol. */
  readonly remoteIp: string;
  /** Session or request id for the log. */
  readonly session?: string;
  /** Aborts when the client is gone; the outcome is then unavailable. */
  readonly signal?: AbortSignal;
}

/** Takes logins. */
export interface Authenticator {
  /** Never rejects; takes at most the time limit plus the delay that failed logins have earned. */
  authenticate(credentials: Credentials, origin: LoginOrigin): Promise<LoginOutcome | ThrottledLogin>;
  /** Ends what is under way, as unavailable, and gives back what the backends hold. */
  close(): Promise<void>;
}

/** Options of `openAuthenticator`. */
export interface AuthenticatorOptions {
  readonly log: Log;
  /** Bound on all backends together. */
  readonly timeoutMs?: number;
  readonly throttle?: LoginThrottle;
  /** What was accepted lately; left out: every login is checked. */
  readonly memory?: LoginMemory;
  /** Waits; rejects when the signal aborts. */
  readonly wait?: (delayMs: number, signal: AbortSignal) => Promise<unknown>;
}

/** Opens the backends; rejects with one Error that names every backend that cannot be used, and what to do. */
export async function openAuthenticator(
  backends: readonly AuthBackend[],
  options: AuthenticatorOptions,
): Promise<Authenticator> {
  const results = await Promise.allSettled(backends.map(async (backend) => ({
    label: backend.label,
    backend: await backend.open({ log: options.log }),
  })));
  const opened = results.flatMap((result) => result.status === 'fulfilled' ? [result.value] : []);
  const problems = results.flatMap((result, index) =>
    result.status === 'rejected' ? [`Cannot use ${backends[index]?.label}: ${toReason(result.reason)}`] : []
  );
  if (problems.length > 0) {
    await Promise.all(opened.map(({ backend }) => backend.close()));
    throw new Error(problems.join('\n'));
  }
  return new BackendChain(opened, options);
}

interface LabelledBackend {
  readonly label: string;
  readonly backend: OpenBackend;
}

/** What every event about a login says. */
type LoggedOrigin = { readonly session?: string; readonly remote: string };

/** What asking all backends came to. */
interface Inquiry {
  readonly outcome: LoginOutcome;
  /** The backend that accepted. */
  readonly backend?: string;
  /** Whether any backend has compared the password. */
  readonly guessed: boolean;
}

class BackendChain implements Authenticator {
  readonly #backends: readonly LabelledBackend[];
  readonly #log: Log;
  readonly #timeoutMs: number;
  readonly #memory: LoginMemory | undefined;
  readonly #throttle: LoginThrottle;
  readonly #wait: (delayMs: number, signal: AbortSignal) => Promise<unknown>;
  readonly #running = new Set<AbortController>();

  constructor(
    backends: readonly LabelledBackend[],
    { log, timeoutMs = 10_000, throttle = createLoginThrottle(), memory, wait = waitFor }: AuthenticatorOptions,
  ) {
    this.#backends = backends;
    this.#log = log;
    this.#timeoutMs = timeoutMs;
    this.#memory = memory;
    this.#throttle = throttle;
    this.#wait = wait;
  }

  async authenticate(
    credentials: Credentials,
    { remoteIp, session, signal }: LoginOrigin,
  ): Promise<LoginOutcome | ThrottledLogin> {
    const admission = await this.#throttle.admit(remoteIp);
    const from = { ...(session === undefined ? {} : { session }), remote: remoteIp };
    if (!admission.admitted) return this.#refuse(admission, from);
    const controller = new AbortController();
    const onGone = () => controller.abort(new Error('the client is gone'));
    if (signal?.aborted === true) onGone();
    signal?.addEventListener('abort', onGone, { once: true });
    this.#running.add(controller);
    const options = { delayMs: admission.delayMs, signal: controller.signal, from };
    const inquiry = await this.#inquire(credentials, options);
    this.#running.delete(controller);
    signal?.removeEventListener('abort', onGone);
    admission.end(controller.signal.aborted ? 'abandoned' : inquiry.outcome, inquiry.guessed);
    this.#report(inquiry, { ...from, user: credentials.username });
    return inquiry.outcome;
  }

  async close(): Promise<void> {
    for (const controller of this.#running) controller.abort(new Error('the gateway is stopping'));
    await Promise.all(this.#backends.map(({ backend }) => backend.close()));
  }

  #refuse(
    { answer, first, retryAfterMs }: Admission & { readonly admitted: false },
    from: LoggedOrigin,
  ): LoginOutcome | ThrottledLogin {
    if (first) this.#log.emit('auth.throttled', from);
    return retryAfterMs === undefined ? answer : { answer, retryAfterMs };
  }

  async #inquire(
    credentials: Credentials,
    { delayMs, signal, from }: {
      readonly delayMs: number;
      readonly signal: AbortSignal;
      readonly from: LoggedOrigin;
    },
  ): Promise<Inquiry> {
    const progress = { guessed: false };
    try {
      // Before the look-up, not after it: who does not wait learns nothing.
      if (delayMs > 0) await this.#wait(delayMs, signal);
      if (findCredentialFault(credentials) !== undefined) return { outcome: 'rejected', guessed: true };
      return await withDeadline(
        { timeoutMs: this.#timeoutMs, signal },
        (limit) => this.#askAll(credentials, { signal: limit, from, progress }),
      );
    } catch (error) {
      if (!signal.aborted) this.#log.emit('auth.unavailable', { ...from, reason: toReason(error) });
      return { outcome: 'unavailable', guessed: progress.guessed };
    }
  }

  async #askAll(
    credentials: Credentials,
    { signal, from, progress }: {
      readonly signal: AbortSignal;
      readonly from: LoggedOrigin;
      readonly progress: { guessed: boolean };
    },
  ): Promise<Inquiry> {
    const login = { ...credentials, remoteIp: from.remote };
    const remembered = this.#memory?.recall(login);
    if (remembered !== undefined) return { outcome: 'accepted', backend: remembered, guessed: false };
    let unavailable = false;
    for (const { label, backend } of this.#backends) {
      try {
        if (await backend.check(credentials, signal)) {
          this.#memory?.keep(login, label);
          return { outcome: 'accepted', backend: label, guessed: false };
        }
        progress.guessed = true;
      } catch (error) {
        signal.throwIfAborted();
        unavailable = true;
        this.#log.emit('auth.unavailable', { ...from, backend: label, reason: toReason(error) });
      }
    }
    return { outcome: unavailable ? 'unavailable' : 'rejected', guessed: progress.guessed };
  }

  #report({ outcome, backend }: Inquiry, fields: LoggedOrigin & { readonly user: string }): void {
    if (outcome === 'accepted') this.#log.emit('auth.accepted', { ...fields, backend });
    if (outcome === 'rejected') this.#log.emit('auth.rejected', fields);
  }
}

function waitFor(delayMs: number, signal: AbortSignal): Promise<unknown> {
  return sleep(delayMs, undefined, { signal });
}

function toReason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
