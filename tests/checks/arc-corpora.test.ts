// The ARC check against the validation suite of others; runs where MAILCHUTE_CORPORA leads to it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkArc } from '../../src/checks/arc.ts';
import { KEY_BUDGET, verifySignatures } from '../../src/checks/dkim.ts';
import { Lookups } from '../../src/checks/lookups.ts';
import { createResolver } from '../../src/checks/resolver.ts';
import { splitHeaderSection } from '../../src/mail/header-section.ts';
import { findCorpus, readCases } from '../support/corpora.ts';
import { startNameServer } from '../support/name-server.ts';
import { type CorpusZone, toZone } from '../support/zones.ts';

interface Case {
  readonly scenario: number;
  readonly name: string;
  readonly message: string;
  readonly expect: string;
}

const BROKEN_SEAL = 'a seal that says cv=fail ends the chain, the suite gives no verdict (RFC 8617 section 5.2 step 2)';
/** Cases whose verdict in the suite is not ours, with the reason. */
const CONTESTED: Readonly<{ [name: string]: string }> = {
  cv_fail_i1_as_cv_fail: BROKEN_SEAL,
  cv_fail_i2_as2_fail: BROKEN_SEAL,
  cv_fail_i2_as1_fail: BROKEN_SEAL,
  ams_fields_c_na:
    'a signature without c= is simple, the suite has it relaxed (RFC 8617 section 4.1.2, RFC 6376 section 3.5)',
  ams_fields_h_empty: 'the list of signed fields must not be empty (RFC 6376 section 3.5)',
};

test('checkArc() agrees with arc-valimail as far as RFC 8617 does', async (context) => {
  const folder = findCorpus('arc-valimail');
  if (folder === undefined) return;
  const zones = JSON.parse(readFileSync(join(folder, 'dns.json'), 'utf8')) as Readonly<
    { [scenario: string]: CorpusZone }
  >;
  const resolvers = new Map<number, ReturnType<typeof createResolver>>();
  for (const [scenario, zone] of Object.entries(zones)) {
    const servers = [await startNameServer(context, toZone(zone))];
    resolvers.set(Number(scenario), createResolver({ servers, timeoutMs: 2000, attempts: 1 }));
  }
  const cases = readCases<Case>(folder);
  const differing: string[] = [];
  for (const { scenario, name, message, expect } of cases) {
    const resolver = resolvers.get(scenario) ?? createResolver({ servers: [], timeoutMs: 1, attempts: 1 });
    const lookups = new Lookups(resolver, { budget: KEY_BUDGET, signal: new AbortController().signal });
    const content = splitHeaderSection([Buffer.from(message.replace(/\r?\n/g, '\r\n'))]);
    const { arc } = await checkArc((await verifySignatures(content, lookups)).arc, lookups);
    if (arc !== expect.toLowerCase()) differing.push(name);
  }
  console.log(`arc-valimail: ${cases.length - differing.length} of ${cases.length} agree`);
  for (const name of differing) console.log(`  elsewhere: ${name}: ${CONTESTED[name]}`);
  assert.deepEqual(differing.sort(), Object.keys(CONTESTED).sort());
});
