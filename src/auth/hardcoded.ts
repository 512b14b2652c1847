// The backend hardcoded://user:password,…: credentials that stand in the configuration itself.

import { timingSafeEqual } from 'node:crypto';
import { type Parsed, parsed, problem } from '../mail/parsed.ts';
import type { AuthBackend, Credentials } from './backend.ts';
import { findCredentialFault } from './credential-form.ts';
import { toSecretDigest } from './secret-digest.ts';

const SCHEME = 'hardcoded://';
const ACCEPTED = 'hardcoded:// takes user:password,user2:password2';

/** Reads MailerQ's hardcoded://; user names and passwords are taken verbatim, up to the next comma. */
export function parseHardcoded(url: string): Parsed<AuthBackend> {
  const pairs: Credentials[] = [];
  for (const [index, entry] of url.slice(SCHEME.length).split(',').entries()) {
    const colon = entry.indexOf(':');
    if (colon < 0) {
      return problem(
        `entry ${index + 1} has no colon between user name and password; ${ACCEPTED} ` +
          '(the example "username2,password2" in MailerQ\'s documentation is a slip for "username2:password2")',
      );
    }
    const pair = { username: entry.slice(0, colon), password: entry.slice(colon + 1) };
    const fault = findCredentialFault(pair);
    if (fault !== undefined) return problem(`entry ${index + 1} can never log in: ${fault}; ${ACCEPTED}`);
    pairs.push(pair);
  }
  return parsed(createHardcoded(pairs, `${SCHEME}(${pairs.length} ${pairs.length === 1 ? 'user' : 'users'})`));
}

/** MailerQ's old keys smtp-username and smtp-password: one backend with this one pair. */
export function parseCredentialPair(pair: Credentials): Parsed<AuthBackend> {
  const fault = findCredentialFault(pair);
  if (fault !== undefined) return problem(`smtp-username with smtp-password can never log in: ${fault}`);
  return parsed(createHardcoded([pair], 'smtp-username'));
}

function createHardcoded(pairs: readonly Credentials[], label: string): AuthBackend {
  const digests = pairs.map(({ username, password }) => toSecretDigest(username, password));
  return {
    label,
    open: async () => ({
      async check({ username, password }) {
        const given = toSecretDigest(username, password);
        // Every pair is looked at, so that the time says nothing about which of them, or whether one, had that name.
        return digests.reduce((found, digest) => timingSafeEqual(digest, given) || found, false);
      },
      close: async () => {},
    }),
  };
}
