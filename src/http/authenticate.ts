// Who sends a request, where the door asks for credentials: a token's name or a user's, or the reason to refuse.

import type { Context } from 'hono';
import type { ThrottledLogin } from '../auth/authenticator.ts';
import { parseAuthorization } from './authorization.ts';
import type { Credentials, DoorEnv } from './http-door.ts';
import { isOnThisHost, type Peer } from './peer.ts';
import { failure, type Problem, type Result } from './problem.ts';

/** What of a request says who sends it. */
export interface AuthenticationRequest {
  readonly peer: Peer;
  /** Request id for the log. */
  readonly session: string;
  /** The Authorization header. */
  readonly authorization: string | undefined;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
}

/** Reads off a request what `authenticate` asks for. */
export function toAuthenticationRequest(c: Context<DoorEnv>): AuthenticationRequest {
  return {
    peer: c.env.peer,
    session: c.get('requestId'),
    authorization: c.req.header('authorization'),
    signal: c.req.raw.signal,
  };
}

/** Finds the name; reads no body. */
export async function authenticate(request: AuthenticationRequest, credentials: Credentials): Promise<Result<string>> {
  // Even a request without credentials: asking for them would make the next one send them in the clear.
  if (!credentials.allowsPlaintext && !isUnheard(request.peer)) return failure(TLS_REQUIRED);
  const given = parseAuthorization(request.authorization ?? '');
  if (given === undefined) return failure(unauthorized('Credentials are needed.', credentials));
  if (given.scheme === 'bearer') {
    const name = credentials.nameOfToken?.(given.token);
    return name === undefined
      ? failure(unauthorized('The token is not known.', credentials))
      : { ok: true, value: name };
  }
  const { username, password } = given;
  const { peer: { address: remoteIp }, session, signal } = request;
  const outcome = await credentials.authenticator?.authenticate({ username, password }, { remoteIp, session, signal });
  if (outcome === 'accepted') return { ok: true, value: username };
  if (outcome === 'unavailable') return failure(UNAVAILABLE);
  if (typeof outcome === 'object') return failure(throttled(outcome));
  return failure(unauthorized('User name or password is wrong.', credentials));
}

/** Whether nobody on the way can have listened; between a client and a listed proxy that is the proxy's affair. */
function isUnheard(peer: Peer): boolean {
  return peer.secure || peer.proxy !== undefined || isOnThisHost(peer);
}

/** RFC 9110 section 11.6.1: the answer names every scheme that would be taken. */
function unauthorized(detail: string, { nameOfToken, authenticator }: Credentials): Problem {
  const schemes = [
    ...(nameOfToken === undefined ? [] : ['Bearer realm="mailchute"']),
    ...(authenticator === undefined ? [] : ['Basic realm="mailchute", charset="UTF-8"']),
  ];
  return { code: 'unauthorized', detail, headers: { 'www-authenticate': schemes.join(', ') } };
}

/** Nothing was compared, so that the answer is the same for a right password. */
function throttled({ retryAfterMs }: ThrottledLogin): Problem {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  return {
    code: 'too-many-failed-logins',
    detail: 'The login was not tried.',
    headers: { 'retry-after': String(seconds) },
  };
}

const TLS_REQUIRED: Problem = { code: 'tls-required', detail: 'Credentials are taken over TLS only.' };
const UNAVAILABLE: Problem = { code: 'login-unavailable', detail: 'The login could not be checked.' };
