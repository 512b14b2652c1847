// From where the door may be used: the address rule of http-range, and the guard against web pages at an open door.

import { isIP } from 'node:net';
import type { Context } from 'hono';
import type { AccessRules, DoorEnv } from './http-door.ts';
import { isOnThisHost, type Peer } from './peer.ts';
import type { Problem } from './problem.ts';

/** What of a request decides about access. */
export interface AccessRequest {
  readonly peer: Pick<Peer, 'address' | 'source' | 'isMisnamed'>;
  header(name: string): string | undefined;
}

/** Reads off a request what `refuseAccess` asks for. */
export function toAccessRequest(c: Context<DoorEnv>): AccessRequest {
  return { peer: c.env.peer, header: (name) => c.req.header(name) };
}

/** The reason to turn a request away, or undefined. */
export function refuseAccess(request: AccessRequest, { isAllowed, credentials }: AccessRules): Problem | undefined {
  const { peer } = request;
  if (peer.isMisnamed === true) {
    return { code: 'malformed-forwarded', detail: 'X-Forwarded-For does not end with the address of a client.' };
  }
  const isInRange = isAllowed?.(peer.address) ?? (credentials !== undefined || isOnThisHost(peer));
  if (!isInRange) {
    return { code: 'out-of-range', detail: 'Requests from this address are not accepted.' };
  }
  return credentials === undefined ? refuseWebPage(request) : undefined;
}

/** The same for who only looks at the gateway: a program on this machine may, whatever the range of those who post is. */
export function refuseOnlooker(request: AccessRequest, { isAllowed, credentials }: AccessRules): Problem | undefined {
  const rules = isAllowed === undefined || isOnThisHost(request.peer) ? {} : { isAllowed };
  return refuseAccess(request, { ...rules, ...(credentials === undefined ? {} : { credentials }) });
}

/**
 * A door without credentials trusts whoever reaches it, and a web page in the browser of a trusted user does reach it:
 * by a cross-site form or fetch, or by DNS rebinding, where the page's own host name resolves to this machine.
 */
function refuseWebPage(request: AccessRequest): Problem | undefined {
  if (request.header('origin') !== undefined || request.header('sec-fetch-site') === 'cross-site') {
    return {
      code: 'cross-site',
      detail: 'Requests made by web pages are not accepted while no credentials are configured.',
    };
  }
  if (!isLocalHost(request.header('host') ?? '')) {
    return {
      code: 'cross-site',
      detail: 'Host must be a loopback name or an IP address while no credentials are configured.',
    };
  }
  return undefined;
}

/** Whether a Host value (RFC 9110 section 7.2) is an IP address, localhost or a name below localhost (RFC 6761 section 6.3). */
export function isLocalHost(host: string): boolean {
  const name = host.replace(/:\d*$/, '').toLowerCase();
  if (name.startsWith('[')) return name.endsWith(']') && isIP(name.slice(1, -1)) === 6;
  return isIP(name) === 4 || /^(?:[^.]+\.)*localhost\.?$/.test(name);
}
