// ldap:// and ldaps:// against OpenLDAP.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLdap } from '../../src/auth/ldap.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { createAuthority } from './support/certificates.ts';
import { openParsed } from './support/open-parsed.ts';
import { startSlapd } from './support/slapd.ts';

const signal = new AbortController().signal;
const BASE = 'ou=people,dc=example,dc=com';
const users = [
  { uid: 'jane', password: 'pässwörd 1' },
  { uid: 'jörg', password: 'x'.repeat(300) },
  { uid: 'a,b+c="d";<e>\\#', password: 'strange' },
  { uid: '#hash', password: 'hash' },
  { uid: 'root', password: 'admin secret', ou: 'admins' },
  { uid: 'nopass' },
];

test('ldap:// lets in who OpenLDAP lets in, and nobody who types a piece of a DN', async (context) => {
  const directory = makeTemporaryDirectory(context);
  const authority = createAuthority(directory);
  const files = { directory, users, ca: authority.ca, ...authority.issue('ldap', 'DNS:localhost,IP:127.0.0.1') };
  const { port, tlsPort } = await startSlapd(context, files);
  const urls = [
    `ldap://127.0.0.1:${port}/${BASE}`,
    `ldaps://127.0.0.1:${tlsPort}/${BASE}#ca=${authority.ca}`,
    `ldaps://localhost:${tlsPort}/${BASE}#ca=${authority.ca}`,
  ];
  const cases = [
    ['jane', 'pässwörd 1', true],
    ['JANE', 'pässwörd 1', true],
    ['jane', 'pässwörd 2', false],
    ['jörg', 'x'.repeat(300), true],
    ['a,b+c="d";<e>\\#', 'strange', true],
    ['#hash', 'hash', true],
    ['nobody', 'x', false],
    ['nopass', 'x', false],
    ['root', 'admin secret', false],
    ['root,ou=admins,dc=example,dc=com', 'admin secret', false],
    ['root,ou=admins,dc=example,dc=com\\', 'admin secret', false],
    ['root,ou=admins,dc=example,dc=com,', 'admin secret', false],
    ['*', 'pässwörd 1', false],
    ['jane,ou=people', 'pässwörd 1', false],
    ['jane+cn=x', 'pässwörd 1', false],
  ] as const;
  for (const url of urls) {
    const backend = await openParsed(parseLdap(url), { context });
    for (const [username, password, expected] of cases) {
      assert.equal(await backend.check({ username, password }, signal), expected, `${username} at ${url}`);
    }
  }
});

test('ldaps:// sends nothing to a server whose certificate does not prove that it is the right one', async (context) => {
  const directory = makeTemporaryDirectory(context);
  const authority = createAuthority(directory);
  const files = { directory, users, ca: authority.ca, ...authority.issue('ldap', 'DNS:localhost') };
  const { port, tlsPort } = await startSlapd(context, files);
  const check = async (url: string) => {
    const backend = await openParsed(parseLdap(url), { context });
    return await backend.check({ username: 'jane', password: 'pässwörd 1' }, signal);
  };
  const stranger = createAuthority(directory, 'stranger');
  assert.equal(await check(`ldaps://localhost:${tlsPort}/${BASE}#ca=${authority.ca}`), true);
  await assert.rejects(check(`ldaps://localhost:${tlsPort}/${BASE}#ca=${stranger.ca}`), /certificate|issuer/i);
  await assert.rejects(check(`ldaps://localhost:${tlsPort}/${BASE}`), /certificate|issuer/i);
  await assert.rejects(check(`ldaps://127.0.0.1:${tlsPort}/${BASE}#ca=${authority.ca}`), /certificate|altname/i);
  await assert.rejects(check(`ldaps://localhost:${port}/${BASE}#ca=${authority.ca}`));
  assert.equal(await check(`ldap://localhost:${port}/ou=nobody,dc=example,dc=com`), false);
  assert.equal(await check(`ldap://localhost:${port}/dc=elsewhere`), false);
});
