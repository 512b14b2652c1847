// The backend ldap(s)://host/base_dn: a simple bind as uid=<user>,<base_dn> decides (RFC 4513 section 5.1.3).

import { Buffer } from 'node:buffer';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Parsed, parsed, problem } from '../mail/parsed.ts';
import type { AuthBackend } from './backend.ts';
import { withDeadline } from './deadline.ts';
import { toUserDn } from './distinguished-name.ts';
import { type HostPort, parseHostPort } from './host-port.ts';
import { type BindResult, encodeBindRequest, parseBindResponse, UNBIND_REQUEST } from './ldap-message.ts';
import { parseTrust, readTrust, warnOfCleartext } from './trust.ts';

const FORM = /^ldap(s?):\/\/([^/]*)\/(.+)$/;
const ACCEPTED = 'as in ldap://ldap.example.com:389/ou=people,dc=example,dc=com';
const SUCCESS = 0;
const INVALID_CREDENTIALS = 49;

/** Options of the backend. */
export interface LdapOptions {
  readonly timeoutMs?: number;
}

/** Reads MailerQ's ldap://, and ldaps://; the base DN may be percent-encoded as in RFC 4516. */
export function parseLdap(url: string, { timeoutMs = 5_000 }: LdapOptions = {}): Parsed<AuthBackend> {
  const secure = url.startsWith('ldaps:');
  const trust = parseTrust(url, { secure });
  if (!trust.ok) return trust;
  const { address, caPath } = trust.value;
  const [, , place = '', encodedDn] = FORM.exec(address) ?? [];
  if (encodedDn === undefined) return problem(`has no base DN, ${ACCEPTED}`);
  const server = parseHostPort(place, secure ? 636 : 389);
  if (!server.ok) return problem(`${server.problem}, ${ACCEPTED}`);
  const baseDn = decodeDn(encodedDn);
  if (baseDn === undefined) return problem(`has a base DN that is none, ${ACCEPTED}`);
  return parsed({
    label: url,
    async open({ log }) {
      const ca = caPath === undefined ? undefined : await readTrust(caPath);
      if (!secure) warnOfCleartext(log, { host: server.value.host, backend: url });
      return {
        async check({ username, password }, signal) {
          // RFC 4513 section 5.1.2: such a bind would succeed, whoever it names.
          if (password === '') return false;
          return withDeadline({ timeoutMs, signal }, async (limit) => {
            const connection = secure ? openTls(server.value, ca) : openPlain(server.value);
            return judge(await bind(connection, { dn: toUserDn(username, baseDn), password, signal: limit }));
          });
        },
        close: async () => {},
      };
    },
  });
}

function decodeDn(text: string): string | undefined {
  try {
    const dn = decodeURIComponent(text);
    return /^[^=,]+=/.test(dn) && !/[\x00-\x1f]/.test(dn) ? dn : undefined;
  } catch {
    return undefined;
  }
}

interface Connection {
  readonly socket: Socket;
  /** The event after which the password may leave. */
  readonly ready: 'connect' | 'secureConnect';
}

function openPlain(server: HostPort): Connection {
  return { socket: connect(server), ready: 'connect' };
}

function openTls({ host, port }: HostPort, ca: string | undefined): Connection {
  // Certificates name hosts; SNI with an IP address is not allowed (RFC 6066 section 3).
  const name = isIP(host) === 0 ? { servername: host } : {};
  const socket = connectTls({ host, port, rejectUnauthorized: true, ...name, ...ca !== undefined && { ca } });
  return { socket, ready: 'secureConnect' };
}

function judge({ code, message }: BindResult): boolean {
  if (code === SUCCESS) return true;
  if (code === INVALID_CREDENTIALS) return false;
  throw new Error(`LDAP result ${code}${message === '' ? '' : `: ${message.slice(0, 200)}`}`);
}

interface BindRequest {
  readonly dn: string;
  readonly password: string;
  readonly signal: AbortSignal;
}

/** Sends the request as soon as the connection is ready, waits for the answer, and closes the connection. */
async function bind({ socket, ready }: Connection, { dn, password, signal }: BindRequest): Promise<BindResult> {
  const answer = Promise.withResolvers<BindResult>();
  let received: Uint8Array = new Uint8Array();
  const onAbort = () => answer.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  socket.on('error', (error) => answer.reject(error));
  socket.on('close', () => answer.reject(new Error('the LDAP server closed the connection without an answer')));
  socket.once(ready, () => socket.write(encodeBindRequest({ dn, password })));
  socket.on('data', (chunk: Uint8Array) => {
    received = Buffer.concat([received, chunk]);
    try {
      const result = parseBindResponse(received);
      if (result !== undefined) answer.resolve(result);
    } catch (error) {
      answer.reject(error);
    }
  });
  try {
    const result = await answer.promise;
    await new Promise((resolve) => socket.end(UNBIND_REQUEST, () => resolve(undefined)));
    return result;
  } finally {
    signal.removeEventListener('abort', onAbort);
    socket.destroy();
  }
}
