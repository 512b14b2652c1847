// The DMARC check against messages and domains of others; runs where MAILCHUTE_CORPORA leads to them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkDmarc, DMARC_BUDGET } from '../../src/checks/dmarc.ts';
import { KEY_BUDGET, verifySignatures } from '../../src/checks/dkim.ts';
import { Lookups } from '../../src/checks/lookups.ts';
import { createResolver } from '../../src/checks/resolver.ts';
import { checkSpf, SPF_BUDGET } from '../../src/checks/spf.ts';
import { splitHeaderSection } from '../../src/mail/header-section.ts';
import { findCorpus, readCases } from '../support/corpora.ts';
import { startNameServer, type Zone } from '../support/name-server.ts';

const signal = new AbortController().signal;

/** A name and the domain in which its owner is registered; null where the name is itself a registry's. */
interface Domain {
  readonly domain: string;
  readonly org: string | null;
}

/** The set goes by a list; here each registry on it publishes a record that says so (RFC 9989 section 4.7, psd). */
test('checkDmarc() finds the organisational domains of dmarc-psl where registries say who they are', async (context) => {
  const folder = findCorpus('dmarc-psl');
  if (folder === undefined) return;
  const cases = readCases<Domain>(folder).filter(({ domain }) => /^[^.].*/.test(domain));
  const registries = cases.map(({ domain, org }) => org === null ? domain : org.replace(/^[^.]+\./, ''));
  const zone: Zone = Object.fromEntries(
    registries.map((name) => [`_dmarc.${toAscii(name)}`, { TXT: ['v=DMARC1; p=reject; psd=y'] }]),
  );
  const resolver = createResolver({ servers: [await startNameServer(context, zone)], timeoutMs: 2000, attempts: 1 });
  const differing: string[] = [];
  for (const { domain, org } of cases) {
    // Mail from the organisation itself is aligned, mail from the registry or from another of its customers is not.
    const registry = org === null ? domain : org.replace(/^[^.]+\./, '');
    const expected = [['pass', org ?? domain], ['fail', `stranger.${registry}`]] as const;
    for (const [word, from] of expected) {
      const spf = { check: { spf: 'pass', 'smtp.mailfrom': `x@${from}` }, domain: toAscii(from) } as const;
      const signatures = { checks: [], signers: [], from: [`a@${domain}`], fromFields: 1, arc: undefined };
      const { dmarc } = await checkDmarc({ spf, signatures }, new Lookups(resolver, { budget: DMARC_BUDGET, signal }));
      if (dmarc !== word) differing.push(`${domain} by mail of ${from}: ${dmarc}, the set says ${word}`);
    }
  }
  console.log(`dmarc-psl: ${cases.length * 2 - differing.length} of ${cases.length * 2} agree`);
  assert.deepEqual(differing, []);
});

function toAscii(domain: string): string {
  return new URL(`http://${domain}`).hostname;
}

const DMARC = 'v=DMARC1; p=';
/** SpamAssassin's messages come without a zone; this is what their names say of their domains. */
const ZONE: Zone = {
  '_dmarc.dmarc1.spamassassin.org': { TXT: [`${DMARC}none`] },
  '_dmarc.dmarc2.spamassassin.org': { TXT: [`${DMARC}quarantine`] },
  '_dmarc.dmarc3.spamassassin.org': { TXT: [`${DMARC}reject`] },
  '_dmarc.dmarc4.spamassassin.org': { TXT: [`${DMARC}reject; adkim=s; aspf=s`] },
  ...Object.fromEntries(
    [1, 2, 3, 4].map((each) => [`dmarc${each}.spamassassin.org`, { TXT: ['v=spf1 ip4:64.142.3.173 -all'] }]),
  ),
};
const FILES = {
  'nice/dmarc': ['noneok', 'quarok', 'rejectok', 'strictrejectok'],
  'spam/dmarc': ['noneko', 'quarko', 'rejectko', 'strictrejectko', 'nodmarc'],
} as const;

test('checkDmarc() agrees with the names of the messages in dmarc-misc', async (context) => {
  const folder = findCorpus('dmarc-misc');
  if (folder === undefined) return;
  const resolver = createResolver({ servers: [await startNameServer(context, ZONE)], timeoutMs: 2000, attempts: 1 });
  const lookups = (budget: number) => new Lookups(resolver, { budget, signal });
  for (const [place, names] of Object.entries(FILES)) {
    for (const name of names) {
      const message = readFileSync(join(folder, 'data/sa/data', place, `${name}.eml`), 'latin1').replace(
        /\r?\n/g,
        '\r\n',
      );
      const mailFrom = /^Return-Path: <(.*)>/m.exec(message)?.[1] ?? '';
      const remoteIp = /^Received: [^]*?\[(?:IPv6:)?([\da-f.:]+)\]/mi.exec(message)?.[1] ?? '';
      const spf = await checkSpf({ mailFrom, helo: 'x.test', remoteIp }, {
        lookups: lookups(SPF_BUDGET),
        mta: 'mx.test',
      });
      const content = splitHeaderSection([Buffer.from(message, 'latin1')]);
      const signatures = await verifySignatures(content, lookups(KEY_BUDGET));
      const { dmarc } = await checkDmarc({ spf, signatures }, lookups(DMARC_BUDGET));
      assert.equal(dmarc, name === 'nodmarc' ? 'none' : place === 'nice/dmarc' ? 'pass' : 'fail', name);
    }
  }
  console.log('dmarc-misc (SpamAssassin): 9 of 9 agree');
});
