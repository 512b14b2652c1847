// The AUTH exchange of one session (RFC 4954) with the mechanisms PLAIN (RFC 4616) and LOGIN, and who came out of it.

import type { Authenticator, LoginOutcome } from '../auth/authenticator.ts';
import { REPLIES, type Reply, toBareReply, toReply } from './reply.ts';

/** What an exchange stands on. */
export interface AuthenticationOptions {
  /** Undefined where no authentication is configured. */
  readonly authenticator: Authenticator | undefined;
  /** The client's address, after the PROXY protocol. */
  readonly remoteIp: string;
  /** Session id for the log. */
  readonly session: string;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
}

/** What to do with the next line of an exchange. */
type Continuation = (response: string) => Reply | Promise<Reply>;

const BASE64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const NOT_CONFIGURED = REPLIES.notImplemented;
const NEEDS_TLS = toReply(530, '5.7.0', 'Must issue a STARTTLS command first');
const TWICE = toReply(503, '5.5.1', 'Already authenticated');
const SYNTAX = toReply(501, '5.5.4', 'Syntax: AUTH mechanism [initial-response]');
const UNKNOWN_MECHANISM = toReply(504, '5.5.4', 'Mechanism not known; use PLAIN or LOGIN');
const NOT_BASE64 = toReply(501, '5.5.2', 'Response is not valid base64');
const MALFORMED = toReply(501, '5.5.2', 'Response is malformed');
const CANCELLED = toReply(501, '5.7.0', 'Authentication cancelled');

const OUTCOMES: { readonly [outcome in LoginOutcome]: Reply } = {
  accepted: toReply(235, '2.7.0', 'Authentication succeeded'),
  rejected: toReply(535, '5.7.8', 'Authentication credentials invalid'),
  unavailable: toReply(454, '4.7.0', 'Authentication not available now, try again later'),
};

const toChallenge = (text: string) => toBareReply(334, Buffer.from(text).toString('base64'));

/** The authentication state of one session. */
export class Authentication {
  readonly #options: AuthenticationOptions;
  #continuation: Continuation | undefined;
  #user: string | undefined;

  constructor(options: AuthenticationOptions) {
    this.#options = options;
  }

  /** Whether clients can log in at all. */
  get isConfigured(): boolean {
    return this.#options.authenticator !== undefined;
  }

  /** The user who logged in. */
  get user(): string | undefined {
    return this.#user;
  }

  /** Whether the next line belongs to the exchange and is not a command. */
  get isPending(): boolean {
    return this.#continuation !== undefined;
  }

  /** Answers the AUTH command. The credentials may come with it (RFC 4954 section 4, initial response). */
  start(argument: string, { isSecure }: { readonly isSecure: boolean }): Reply | Promise<Reply> {
    if (!this.isConfigured) return NOT_CONFIGURED;
    if (!isSecure) return NEEDS_TLS;
    if (this.#user !== undefined) return TWICE;
    const [mechanism = '', initial, ...rest] = argument.split(/[ \t]+/);
    if (mechanism === '' || rest.length > 0) return SYNTAX;
    const begin = this.#mechanism(mechanism.toUpperCase());
    if (begin === undefined) return UNKNOWN_MECHANISM;
    // RFC 4954 section 4: a lone = stands for an empty initial response.
    return initial === undefined ? begin.challenge() : this.#respond(initial === '=' ? '' : initial, begin.next);
  }

  /** Answers a line of the exchange. */
  continue(line: Buffer): Reply | Promise<Reply> {
    const next = this.#continuation;
    this.#continuation = undefined;
    const text = line.toString('latin1');
    if (text === '*' || next === undefined) return CANCELLED;
    return this.#respond(text, next);
  }

  /** Ends an exchange whose next line cannot be read; what follows are commands again. */
  cancel(): void {
    this.#continuation = undefined;
  }

  #mechanism(name: string): { readonly challenge: () => Reply; readonly next: Continuation } | undefined {
    if (name === 'PLAIN') {
      const next = (response: string) => this.#plain(response);
      return { next, challenge: () => this.#expect('', next) };
    }
    if (name !== 'LOGIN') return undefined;
    const next = (username: string) => this.#expect('Password:', (password) => this.#logIn({ username, password }));
    return { next, challenge: () => this.#expect('Username:', next) };
  }

  #expect(challenge: string, next: Continuation): Reply {
    this.#continuation = next;
    return toChallenge(challenge);
  }

  #respond(base64: string, next: Continuation): Reply | Promise<Reply> {
    if (!BASE64.test(base64)) return NOT_BASE64;
    try {
      return next(decoder.decode(Buffer.from(base64, 'base64')));
    } catch {
      return MALFORMED; // not UTF-8
    }
  }

  #plain(response: string): Reply | Promise<Reply> {
    const [authorization, username, password, ...rest] = response.split('\0');
    if (username === undefined || password === undefined || rest.length > 0) return MALFORMED;
    // RFC 4616 section 2: acting for somebody else is a right that nobody has here.
    if (authorization !== '' && authorization !== username) return OUTCOMES.rejected;
    return this.#logIn({ username, password });
  }

  async #logIn(credentials: { readonly username: string; readonly password: string }): Promise<Reply> {
    const { authenticator, ...origin } = this.#options;
    const outcome = await authenticator?.authenticate(credentials, origin) ?? 'unavailable';
    if (outcome === 'accepted') this.#user = credentials.username;
    // Not a 454 for whoever is throttled: a client with a wrong password would try it for ever.
    return OUTCOMES[typeof outcome === 'object' ? outcome.answer : outcome];
  }
}
