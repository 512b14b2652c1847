// radius:// against FreeRADIUS, which takes no request without a Message-Authenticator.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { parseRadius } from '../../src/auth/radius.ts';
import { freePorts } from '../support/free-port.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { startFreeradius } from './support/freeradius.ts';
import { openParsed } from './support/open-parsed.ts';

const signal = new AbortController().signal;
const secret = 'top:se@cret';
const long = 'y'.repeat(100);
const users = `
jane Cleartext-Password := "pässwörd 1"
jörg Cleartext-Password := "${long}"
gate Cleartext-Password := "open", NAS-Identifier == "front"
`;

for (const address of ['127.0.0.1', '::1']) {
  test(`radius:// lets in who FreeRADIUS on ${address} lets in`, async (context) => {
    const [port = 0] = await freePorts(1);
    const directory = makeTemporaryDirectory(context);
    await startFreeradius(context, { directory, address, port, secret, users, signsAnswers: true });
    const place = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
    const backend = await openParsed(parseRadius(`radius://front:${secret}@${place}`), { context });
    const cases = [
      ['jane', 'pässwörd 1', true],
      ['jane', 'pässwörd 2', false],
      ['jane', 'pässwörd 1\n', false],
      ['jörg', long, true],
      ['jörg', `${long}y`, false],
      ['gate', 'open', true],
      ['nobody', 'x', false],
    ] as const;
    for (const [username, password, expected] of cases) {
      assert.equal(await backend.check({ username, password }, signal), expected, username);
    }
    const elsewhere = await openParsed(parseRadius(`radius://back:${secret}@${place}`), { context });
    assert.equal(await elsewhere.check({ username: 'gate', password: 'open' }, signal), false);
  });
}

test('radius:// with the wrong secret gets no answer from FreeRADIUS', async (context) => {
  const [port = 0] = await freePorts(1);
  const directory = makeTemporaryDirectory(context);
  await startFreeradius(context, { directory, address: '127.0.0.1', port, secret, users, signsAnswers: true });
  const backend = await openParsed(parseRadius(`radius://front:wrong@127.0.0.1:${port}`, { timeoutMs: 600 }), {
    context,
  });
  await assert.rejects(backend.check({ username: 'jane', password: 'pässwörd 1' }, signal), /no answer within 600 ms/);
});

test('radius:// says what is missing when FreeRADIUS does not sign its answers', async (context) => {
  const [, major = '', minor = '', patch = ''] = /Version (\d+)\.(\d+)\.(\d+)/.exec(
    execFileSync('/usr/sbin/freeradius', ['-v'], { encoding: 'utf8' }),
  ) ?? [];
  const signsByItself = Number(major) * 10_000 + Number(minor) * 100 + Number(patch) >= 3_02_05;
  const [port = 0] = await freePorts(1);
  const directory = makeTemporaryDirectory(context);
  await startFreeradius(context, { directory, address: '127.0.0.1', port, secret, users, signsAnswers: false });
  const backend = await openParsed(parseRadius(`radius://front:${secret}@127.0.0.1:${port}`, { timeoutMs: 600 }), {
    context,
  });
  const check = backend.check({ username: 'jane', password: 'pässwörd 1' }, signal);
  if (signsByItself) assert.equal(await check, true);
  else await assert.rejects(check, /it has no Message-Authenticator: the server must send one/);
});
