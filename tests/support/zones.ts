// Turns the zones of outside test data into zones of the test's own name server.
import type { Zone, ZoneName } from './name-server.ts';

/** Values by type; an RCODE stands for all types of a name, or in the place of the values of one. */
export type CorpusZone = Readonly<{
  [name: string]: Readonly<
    { [type: string]: readonly (string | readonly string[])[] | string | { readonly RCODE: string } }
  >;
}>;

const RCODES: Readonly<{ [name: string]: number }> = { SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 };

/** The zone; a server that times out is silent. */
export function toZone(zone: CorpusZone): Zone {
  return Object.fromEntries(
    Object.entries(zone).map(([name, types]) => [name.toLowerCase().replace(/\.$/, ''), toZoneName(types)]),
  );
}

function toZoneName(types: CorpusZone[string]): ZoneName {
  const found: { [type: string]: readonly (string | readonly string[])[] } = {};
  let otherwise: ZoneName['otherwise'];
  for (const [type, value] of Object.entries(types)) {
    const rcode = typeof value === 'string' ? value : 'RCODE' in value ? value.RCODE : undefined;
    if (Array.isArray(value)) found[type] = value;
    else if (rcode !== undefined) otherwise = rcode === 'TIMEOUT' ? 'silence' : RCODES[rcode] ?? 0;
  }
  return { ...found, ...(otherwise === undefined ? {} : { otherwise }) };
}
