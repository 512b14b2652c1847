// The backend http(s)://…: a web endpoint decides by its status about a request with Basic credentials.

import { Buffer } from 'node:buffer';
import { type Parsed, parsed, problem } from '../mail/parsed.ts';
import type { AuthBackend } from './backend.ts';
import { withDeadline } from './deadline.ts';
import { parseTrust, readTrust, warnOfCleartext } from './trust.ts';

const MOST_CONNECTIONS = 16;
const LONGEST_BODY = 64 * 1024;

/** Options of the backend. */
export interface HttpOptions {
  readonly timeoutMs?: number;
}

/** Reads MailerQ's http://, and https://. */
export function parseHttp(url: string, { timeoutMs = 5_000 }: HttpOptions = {}): Parsed<AuthBackend> {
  const secure = /^https:/i.test(url);
  const trust = parseTrust(url, { secure });
  if (!trust.ok) return trust;
  const { address, caPath } = trust.value;
  const target = URL.parse(address);
  if (target === null || target.hostname === '') return problem('is no URL, as in https://example.com/check-login');
  if (target.username !== '' || target.password !== '') {
    return problem('has credentials of its own; the place for credentials is where those of the client go');
  }
  const label = `${target.origin}${target.pathname}`;
  return parsed({
    label,
    async open({ log }) {
      // Loaded here because most gateways have no such backend, and every start would wait for it.
      const { Agent, request } = await import('undici');
      const ca = caPath === undefined ? undefined : await readTrust(caPath);
      if (!secure) warnOfCleartext(log, { host: target.hostname.replace(/^\[|\]$/g, ''), backend: label });
      const connect = { timeout: timeoutMs, rejectUnauthorized: true, ...ca !== undefined && { ca } };
      const dispatcher = new Agent({ connections: MOST_CONNECTIONS, connect });
      return {
        async check({ username, password }, signal) {
          // RFC 7617 section 2: with a colon in the name, part of the name would be taken for the password.
          if (username.includes(':')) return false;
          const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
          return withDeadline({ timeoutMs, signal }, async (limit) => {
            // No redirect is followed: the credentials are for this address only.
            const answer = await request(target, { dispatcher, signal: limit, headers: { authorization } });
            // The status has decided; the rest is read only to keep the connection, and not for long.
            answer.body.dump({ limit: LONGEST_BODY, signal: AbortSignal.timeout(timeoutMs) }).catch(() => {});
            return answer.statusCode >= 200 && answer.statusCode < 300;
          });
        },
        close: () => dispatcher.destroy(),
      };
    },
  });
}
