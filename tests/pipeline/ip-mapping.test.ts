import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIpRanges } from '../../src/mail/ip-ranges.ts';
import type { IpMappingSettings } from '../../src/pipeline/draft.ts';
import { mapIps } from '../../src/pipeline/ip-mapping.ts';
import { makeDraft, ORIGINS, SETTINGS } from '../support/submissions.ts';

function ranges(text: string) {
  const parsed = parseIpRanges(text);
  assert.ok(parsed.ok);
  return parsed.value;
}

interface Case {
  readonly name: string;
  readonly localIp?: string;
  readonly mapping?: Partial<IpMappingSettings>;
  readonly properties?: { readonly [name: string]: string };
  readonly ips: readonly string[] | undefined;
}

const cases: readonly Case[] = [
  { name: 'the address the mail came in on', ips: ['192.0.2.7'] },
  { name: 'an IPv4 address as a dual-stack socket shows it', localIp: '::ffff:192.0.2.7', ips: ['192.0.2.7'] },
  { name: 'never loopback', localIp: '127.0.0.1', ips: undefined },
  { name: 'never IPv6 loopback', localIp: '::1', ips: undefined },
  { name: 'never an unspecified address', localIp: '0.0.0.0', ips: undefined },
  { name: 'an address in the mappable ranges', mapping: { mappable: ranges('192.0.2.0/24') }, ips: ['192.0.2.7'] },
  { name: 'no address outside of them', mapping: { mappable: ranges('198.51.100.0/24') }, ips: undefined },
  { name: 'no unmappable address', mapping: { unmappable: ranges('192.0.2.7') }, ips: undefined },
  {
    name: 'the defaults instead of an unmappable address',
    mapping: { unmappable: ranges('192.0.2.7'), defaults: ['192.0.2.8', '192.0.2.9'] },
    ips: ['192.0.2.8', '192.0.2.9'],
  },
  { name: 'nothing beside a pool', properties: { pool: 'p' }, ips: undefined },
];

for (const { name, localIp = '192.0.2.7', mapping = {}, properties = {}, ips } of cases) {
  test(`mapIps() writes ${name}`, () => {
    const origin = { ...ORIGINS.smtp, connection: { ...ORIGINS.smtp.connection, localIp } };
    const draft = makeDraft({ origin });
    draft.properties = properties;
    mapIps(draft, { ...SETTINGS, ipMapping: { mappable: undefined, unmappable: undefined, defaults: [], ...mapping } });
    assert.deepEqual(draft.properties['ips'], ips);
  });
}

test('mapIps() leaves mail from other doors and configurations without mapping alone', () => {
  const mapping = { mappable: undefined, unmappable: undefined, defaults: ['192.0.2.8'] };
  const overHttp = makeDraft({ origin: ORIGINS.http });
  mapIps(overHttp, { ...SETTINGS, ipMapping: mapping });
  const unmapped = makeDraft();
  mapIps(unmapped, SETTINGS);
  assert.deepEqual([overHttp.properties, unmapped.properties], [{}, {}]);
});
