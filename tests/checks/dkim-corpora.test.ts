// The DKIM check against signed messages and canonicalisation vectors of others; runs where MAILCHUTE_CORPORA leads to them.
import assert from 'node:assert/strict';
import { createHash, createSign } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DkimCheck } from '../../src/checks/check.ts';
import { KEY_BUDGET, verifySignatures } from '../../src/checks/dkim.ts';
import { Lookups } from '../../src/checks/lookups.ts';
import { createResolver, type Resolver } from '../../src/checks/resolver.ts';
import { splitHeaderSection } from '../../src/mail/header-section.ts';
import { findCorpus, readCases } from '../support/corpora.ts';
import { startNameServer } from '../support/name-server.ts';
import { KEY_RECORD, PRIVATE_KEY } from '../support/signed-message.ts';
import { type CorpusZone, toZone } from '../support/zones.ts';

interface Case {
  readonly file: string;
  readonly expect: 'pass' | 'fail' | 'invalid';
}

/** Why a set's verdict is not ours. */
const CONTESTED: readonly [reason: string, applies: (message: string, checks: readonly DkimCheck[]) => boolean][] = [
  [
    'DomainKeys signatures are no DKIM signatures (RFC 6376 section 1)',
    (message) => !/^DKIM-Signature:/mi.test(message),
  ],
  ['a signature without v=1 is a draft (RFC 6376 section 3.5)', (message) => !/\bv=1;/.test(message)],
  ['rsa-sha1 must not verify (RFC 8301 section 3.1)', (message) => /\ba=rsa-sha1\b/.test(message)],
  [
    'a body that does not match its hash fails before the key is asked for (RFC 6376 section 6.1 leaves the order open)',
    (_, checks) => checks.every(({ dkim }) => dkim === 'fail'),
  ],
];
const AGREED = 30;

async function verify(message: Buffer, resolver: Resolver): Promise<readonly DkimCheck[]> {
  const lookups = new Lookups(resolver, { budget: KEY_BUDGET, signal: new AbortController().signal });
  return (await verifySignatures(splitHeaderSection([message]), lookups)).checks;
}

test('verifySignatures() agrees with dkim-mail-dkim as far as the RFCs do', async (context) => {
  const folder = findCorpus('dkim-mail-dkim');
  if (folder === undefined) return;
  const zone = toZone(JSON.parse(readFileSync(join(folder, 'dns.json'), 'utf8')) as CorpusZone);
  const servers = [await startNameServer(context, zone)];
  const resolver = createResolver({ servers, timeoutMs: 3000, attempts: 1 });
  const cases = readCases<Case>(folder);
  const elsewhere = new Map<string, number>();
  const wrong: string[] = [];
  for (const { file, expect } of cases) {
    const message = readFileSync(join(folder, file));
    const checks = await verify(message, resolver);
    const words = checks.map(({ dkim }) => dkim);
    const best = words.includes('pass') ? 'pass' : words.every((word) => word === 'fail') ? 'fail' : 'invalid';
    if (best === expect) continue;
    const [reason] = CONTESTED.find(([, applies]) => applies(message.toString('latin1'), checks)) ?? [];
    if (reason === undefined || best === 'pass') wrong.push(`${file}: ${words}, the set says ${expect}`);
    else elsewhere.set(reason, (elsewhere.get(reason) ?? 0) + 1);
  }
  const contested = [...elsewhere.values()].reduce((sum, count) => sum + count, 0);
  console.log(`dkim-mail-dkim: ${cases.length - contested - wrong.length} of ${cases.length} agree`);
  for (const [reason, count] of elsewhere) console.log(`  elsewhere: ${count}: ${reason}`);
  assert.deepEqual(wrong, []);
  assert.ok(cases.length - contested >= AGREED);
});

const CANONICALISATIONS = ['simple', 'relaxed'] as const;
const UNUSUAL: Readonly<{ [name: string]: string }> = {
  'relaxed 24': 'a body of empty lines alone is empty, and stays so (RFC 6376 section 3.4.4)',
};
const keyResolver: Resolver = { resolve: () => Promise.resolve([[KEY_RECORD]]) };

test('verifySignatures() canonicalises as dkim-canon-flanker does', async () => {
  const folder = findCorpus('dkim-canon-flanker');
  if (folder === undefined) return;
  const numbers = readdirSync(join(folder, 'data')).filter((name) => name.startsWith('email.')).map((name) =>
    name.slice(6)
  );
  const differing: string[] = [];
  for (const number of numbers) {
    const read = (name: string) => readFileSync(join(folder, 'data', `${name}.${number}`), 'latin1');
    const message = read('email').replace(/\n/g, '\r\n');
    for (const canonicalisation of CANONICALISATIONS) {
      const signed = signCanonical(message, { canonicalisation, expected: read(`${canonicalisation}.expected`) });
      const [check] = await verify(Buffer.from(signed, 'latin1'), keyResolver);
      if (check?.dkim !== 'pass') differing.push(`${canonicalisation} ${number}`);
    }
  }
  const all = numbers.length * CANONICALISATIONS.length;
  console.log(`dkim-canon-flanker: ${all - differing.length} of ${all} agree`);
  for (const name of differing) console.log(`  elsewhere: ${name}: ${UNUSUAL[name]}`);
  assert.deepEqual(differing, Object.keys(UNUSUAL));
});

/** Signs what the set says the canonical form is: the signature verifies only where the verifier comes to the same bytes. */
function signCanonical(
  message: string,
  { canonicalisation, expected }: { readonly canonicalisation: 'simple' | 'relaxed'; readonly expected: string },
): string {
  const isRelaxed = canonicalisation === 'relaxed';
  const cut = expected.startsWith('\r\n') ? 0 : expected.indexOf('\r\n\r\n') + 2;
  const [header, body] = cut === 1 ? [expected, ''] : [expected.slice(0, cut), expected.slice(cut + 2)];
  const author = /^from:/mi.test(header) ? '' : 'From: x@example.net\r\n';
  const fields = (author === '' ? '' : isRelaxed ? 'from:x@example.net\r\n' : author) + header;
  const lines = fields.split(/(?<=\r\n)(?![ \t])/).filter((line) => line !== '').reverse();
  const names = lines.map((line) => line.slice(0, line.indexOf(':')).trim().toLowerCase());
  const bodyHash = createHash('sha256').update(body, 'latin1').digest('base64');
  const tags =
    `v=1; a=rsa-sha256; c=${canonicalisation}/${canonicalisation}; d=example.net; s=s1; h=${names.join(':')}; ` +
    `bh=${bodyHash}; b=`;
  const own = isRelaxed ? `dkim-signature:${tags}` : `DKIM-Signature: ${tags}`;
  const signature = createSign('sha256').update(lines.join('') + own, 'latin1').sign(PRIVATE_KEY, 'base64');
  return `DKIM-Signature: ${tags}${signature}\r\n${author}${message}`;
}

test('verifySignatures() verifies the example of RFC 8463, with both of its signatures', async (context) => {
  const folder = findCorpus('dkim-misc');
  if (folder === undefined) return;
  const example = join(folder, 'data/mailauth/dkim/ec/fixtures');
  const zone = toZone(JSON.parse(readFileSync(join(example, 'dns.json'), 'utf8')) as CorpusZone);
  const servers = [await startNameServer(context, zone)];
  const message = readFileSync(join(example, 'signed.eml'), 'latin1').replace(/\r?\n/g, '\r\n');
  const checks = await verify(
    Buffer.from(message, 'latin1'),
    createResolver({ servers, timeoutMs: 2000, attempts: 1 }),
  );
  assert.deepEqual(checks.map(({ dkim, selector }) => [dkim, selector]), [['pass', 'brisbane'], ['pass', 'test']]);
});
