// Which backend a URL of smtp-auth or http-auth stands for, found without touching file or network.

import { type Parsed, problem } from '../mail/parsed.ts';
import type { AuthBackend } from './backend.ts';
import { parseExec } from './exec.ts';
import { parseFile } from './file.ts';
import { parseHardcoded } from './hardcoded.ts';
import { parseHttp } from './http.ts';
import { parseLdap } from './ldap.ts';
import { parseRadius } from './radius.ts';
import { parseUsers } from './users.ts';

const SCHEMES: ReadonlyMap<string, (url: string) => Parsed<AuthBackend>> = new Map([
  ['hardcoded', (url) => parseHardcoded(url)],
  ['file', (url) => parseFile(url)],
  ['ldap', (url) => parseLdap(url)],
  ['ldaps', (url) => parseLdap(url)],
  ['radius', (url) => parseRadius(url)],
  ['users', (url) => parseUsers(url)],
  ['http', (url) => parseHttp(url)],
  ['https', (url) => parseHttp(url)],
  ['exec', (url) => parseExec(url)],
]);

/** What is accepted, for a fault or a help text. */
export const AUTH_URL_FORMS =
  'hardcoded://user:password, file:///path, ldap://host:389/base_dn, ldaps://host:636/base_dn, ' +
  'radius://identifier:secret@host:1812, users://user1,client*, http://host/path, https://host/path, exec:///path';

/** Reads one URL; the problem is a clause that says what is wrong and what is accepted, and never quotes a secret. */
export function parseAuthBackend(url: string): Parsed<AuthBackend> {
  const [, scheme] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(url) ?? [];
  const parse = SCHEMES.get(scheme?.toLowerCase() ?? '');
  if (scheme === undefined || parse === undefined) {
    // What stands before :// is safe to show; without it the text may be a password that went astray.
    return problem(
      `${scheme === undefined ? 'is no URL' : `"${scheme}://" is no backend`}; accepted are ${AUTH_URL_FORMS}`,
    );
  }
  return parse(`${scheme.toLowerCase()}${url.slice(scheme.length)}`);
}
