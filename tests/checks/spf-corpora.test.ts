// The SPF check against the suite of RFC 7208, through our resolver; runs where MAILCHUTE_CORPORA names its folder.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Lookups } from '../../src/checks/lookups.ts';
import { createResolver } from '../../src/checks/resolver.ts';
import { checkSpf, SPF_BUDGET } from '../../src/checks/spf.ts';
import { findCorpus, readCases } from '../support/corpora.ts';
import { startNameServer, type Zone, type ZoneName } from '../support/name-server.ts';

interface Case {
  readonly scenario: number;
  readonly name: string;
  readonly helo: string;
  readonly ip: string;
  readonly mailfrom: string;
  readonly expect: readonly string[];
}

/** Records as the suite writes them: a type, and a value, several strings, or TIMEOUT or NONE. */
type SuiteRecord = readonly [type: string, value: string | readonly string[] | readonly [number, string] | null];

const AGREED = 203;
// Long enough for a busy machine; every case with a silent server waits for it.
const TIMEOUT_MS = 3000;

test('checkSpf() agrees with the test suite of RFC 7208', async (context) => {
  const folder = findCorpus('spf-rfc7208');
  if (folder === undefined) return;
  const cases = readCases<Case>(folder);
  const differing: string[] = [];
  for (const [scenario, zone] of readZones(folder).entries()) {
    differing.push(...await runScenario(context, { zone, cases: cases.filter((each) => each.scenario === scenario) }));
  }
  console.log(`spf-rfc7208: ${cases.length - differing.length} of ${cases.length} agree`);
  assert.ok(cases.length - differing.length >= AGREED, differing.join('\n'));
});

async function runScenario(
  context: TestContext,
  { zone, cases }: { readonly zone: Zone; readonly cases: readonly Case[] },
): Promise<string[]> {
  const server = await startNameServer(context, zone);
  const resolver = createResolver({ servers: [server], timeoutMs: TIMEOUT_MS, attempts: 1 });
  const results = await Promise.all(cases.map(async ({ name, helo, ip, mailfrom, expect }) => {
    const lookups = new Lookups(resolver, { budget: SPF_BUDGET, signal: new AbortController().signal });
    const { check } = await checkSpf({ mailFrom: mailfrom, helo, remoteIp: ip }, { lookups, mta: 'mx.test' });
    return expect.includes(check.spf) ? [] : [`${name}: ${check.spf}, the suite says ${expect.join(' or ')}`];
  }));
  return results.flat();
}

function readZones(folder: string): Zone[] {
  const suites = JSON.parse(readFileSync(join(folder, 'dns.json'), 'utf8')) as {
    readonly rfc7208: readonly { readonly zone: Readonly<{ [name: string]: readonly SuiteRecord[] }> }[];
  };
  return suites.rfc7208.map(({ zone }) =>
    Object.fromEntries(
      Object.entries(zone).map(([name, records]) => [name.toLowerCase().replace(/\.$/, ''), toZoneName(records)]),
    )
  );
}

/** An SPF record stands for a TXT record, unless there are TXT records. */
function toZoneName(records: readonly SuiteRecord[]): ZoneName {
  const hasTxt = records.some(([type]) => type === 'TXT');
  const zone: { [type: string]: (string | readonly string[])[] } = {};
  let otherwise: ZoneName['otherwise'];
  for (const [type, value] of records) {
    if (type === 'TIMEOUT' || value === 'TIMEOUT') otherwise = 'silence';
    else if (type.startsWith('RCODE')) otherwise = Number(type.slice(5));
    else if (value === null || value === 'NONE' || (type === 'SPF' && hasTxt)) continue;
    else {(zone[type === 'SPF' ? 'TXT' : type] ??= []).push(
        type === 'MX' ? (value as readonly string[]).join(' ') : value as string,
      );}
  }
  return { ...zone, ...(otherwise === undefined ? {} : { otherwise }) };
}
